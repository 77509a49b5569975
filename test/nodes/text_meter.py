"""A prepaid meter that speaks in plain words, on a foreign MQTT client: python3 text_meter.py HOST PORT TOPIC.

It says "Meter Started", answers "data" with the two voltages of its shunt, and "ON" and "OFF" with what its relay is.
Every line on standard input is published as it is. It ends with its input.
"""

import sys

import paho.mqtt.client as mqtt

VOLTAGES = "230.0:180.0"


def new_client(name):
    if hasattr(mqtt, "CallbackAPIVersion"):
        return mqtt.Client(mqtt.CallbackAPIVersion.VERSION1, name)
    return mqtt.Client(name)


def main(host, port, topic):
    client = new_client(topic)

    def on_connect(*_):
        client.subscribe(topic, 1)

    def on_subscribe(*_):
        client.publish(topic, "Meter Started", 1)

    def on_message(_client, _data, message):
        text = message.payload.decode()
        answer = {"data": VOLTAGES, "ON": "meter is on", "OFF": "meter is off"}.get(text)
        if answer is not None:
            client.publish(topic, answer, 1)

    client.on_connect = on_connect
    client.on_subscribe = on_subscribe
    client.on_message = on_message
    client.connect(host, port, 30)
    client.loop_start()
    for line in sys.stdin:
        client.publish(topic, line.strip(), 1).wait_for_publish()
        print("published", flush=True)
    client.disconnect()
    client.loop_stop()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
