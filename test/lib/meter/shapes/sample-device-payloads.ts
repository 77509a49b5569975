import type { SamplePayload } from './sample-payloads';

/** Payloads of devices with a format of their own. */
export const DEVICE_PAYLOADS: SamplePayload[] = [
  {
    says: 'Tasmota',
    topic: 'tele/plug7/SENSOR',
    payload:
      '{"Time":"2023-11-14T22:13:20","ENERGY":{"Total":49.766,"Power":1,"ApparentPower":20,"ReactivePower":20,"Factor":0.06,"Voltage":230,"Current":0.085}}',
    shape: 'Tasmota',
    readings: [
      {
        meterId: 'plug7',
        energyWh: 49_766,
        powerW: 1,
        apparentVa: 20,
        reactiveVar: 20,
        powerFactor: 0.06,
        voltageV: 230,
        currentA: 0.085,
      },
    ],
  },
  {
    says: 'Tasmota with two channels, where the voltage stays one number',
    topic: 'tele/strip/SENSOR',
    payload:
      '{"ENERGY":{"TotalStartTime":"x","Total":[1.1,2.2],"Power":[10,20],"Current":[0.1,0.2],"Voltage":231}}',
    shape: 'Tasmota',
    readings: [
      { meterId: 'strip', energyWh: 1100, powerW: 10, currentA: 0.1, voltageV: 231 },
      { meterId: 'strip:2', energyWh: 2200, powerW: 20, currentA: 0.2, voltageV: 231 },
    ],
  },
  {
    says: 'Tasmota with three phases and one register',
    topic: 'tele/house/SENSOR',
    payload: '{"ENERGY":{"Total":5.5,"Power":[10,20,30],"Voltage":[230,231,232]}}',
    shape: 'Tasmota',
    readings: [
      {
        meterId: 'house',
        energyWh: 5500,
        powerW: 60,
        phases: [
          { voltageV: 230, powerW: 10 },
          { voltageV: 231, powerW: 20 },
          { voltageV: 232, powerW: 30 },
        ],
      },
    ],
  },
  {
    says: 'Tasmota when asked for its status',
    topic: 'stat/plug7/STATUS8',
    payload: '{"StatusSNS":{"Time":"x","ENERGY":{"Total":0.29,"Power":0}}}',
    shape: 'Tasmota',
    readings: [{ meterId: 'plug7', energyWh: 290, powerW: 0 }],
  },
  {
    says: 'half a message of Tasmota',
    topic: 'tele/plug7/SENSOR',
    payload: '{"ENERGY":{"Total":0.2',
    shape: 'unknown',
    refused: [['payload', '{"ENERGY":{"Total":0.2']],
  },
  {
    says: 'the relays of Tasmota',
    topic: 'tele/plug7/STATE',
    payload: '{"POWER1":"ON","POWER2":"OFF","Wifi":{}}',
    shape: 'Tasmota',
    events: [
      { kind: 'relay', meterId: 'plug7', reported: 'on' },
      { kind: 'relay', meterId: 'plug7:2', reported: 'off' },
    ],
  },
  {
    says: "a relay's answer in Tasmota's plain text",
    topic: 'stat/plug7/POWER',
    payload: 'OFF',
    shape: 'Tasmota',
    events: [{ kind: 'relay', meterId: 'plug7', reported: 'off' }],
  },
  {
    says: "Tasmota's last will",
    topic: 'tele/plug7/LWT',
    payload: 'Offline',
    shape: 'Tasmota',
    events: [{ kind: 'offline', meterId: 'plug7' }],
  },
  {
    says: 'Shelly Gen1, a register in Wh',
    topic: 'shellies/shellyem-A1/emeter/0/total',
    payload: '12345.6',
    shape: 'Shelly Gen1',
    readings: [{ meterId: 'shellyem-A1', energyWh: 12_345 }],
  },
  {
    says: 'Shelly Gen1, the second channel',
    topic: 'shellies/shellyem-A1/emeter/1/power',
    payload: '-12.5',
    shape: 'Shelly Gen1',
    live: [{ meterId: 'shellyem-A1:1', powerW: -12.5 }],
  },
  {
    says: 'Shelly Gen1 of the 1PM kind, a register in watt-minutes',
    topic: 'shellies/shelly1pm-B2/relay/0/energy',
    payload: '6000119',
    shape: 'Shelly Gen1',
    readings: [{ meterId: 'shelly1pm-B2', energyWh: 100_001 }],
  },
  {
    says: 'the relay of a Shelly Gen1',
    topic: 'shellies/shelly1pm-B2/relay/0',
    payload: 'on',
    shape: 'Shelly Gen1',
    events: [{ kind: 'relay', meterId: 'shelly1pm-B2', reported: 'on' }],
  },
  {
    says: 'the status of a Shelly Gen1 in one message',
    topic: 'shellies/em/info',
    payload:
      '{"relays":[{"ison":false}],"emeters":[{"power":10.66,"pf":1,"voltage":232.06,"is_valid":true,"total":5.3,"total_returned":0.9},{"power":1,"is_valid":false,"total":0}]}',
    shape: 'Shelly Gen1',
    readings: [{ meterId: 'em', energyWh: 5, exportWh: 0, powerW: 10.66, powerFactor: 1, voltageV: 232.06 }],
    events: [{ kind: 'relay', meterId: 'em', reported: 'off' }],
  },
  {
    says: 'Shelly Gen2, a switch',
    topic: 'shellyplus1pm-C3/status/switch:0',
    payload: '{"id":0,"output":true,"apower":8.9,"voltage":237.5,"current":0.1,"aenergy":{"total":6.532}}',
    shape: 'Shelly Gen2',
    readings: [{ meterId: 'shellyplus1pm-C3', energyWh: 6, powerW: 8.9, voltageV: 237.5, currentA: 0.1 }],
    events: [{ kind: 'relay', meterId: 'shellyplus1pm-C3', reported: 'on' }],
  },
  {
    says: 'Shelly Gen2, a notification of what changed',
    topic: 'shellyplus1pm-C3/events/rpc',
    payload:
      '{"src":"shellyplus1pm-C3","dst":"x","method":"NotifyStatus","params":{"ts":1699999999.5,"switch:0":{"id":0,"apower":9.1,"aenergy":null}}}',
    shape: 'Shelly Gen2',
    live: [{ meterId: 'shellyplus1pm-C3', atMs: 1_699_999_999_500, powerW: 9.1 }],
  },
  {
    says: 'Shelly Gen2, power and register of a channel in two components',
    topic: 'em50/events/rpc',
    payload:
      '{"method":"NotifyFullStatus","params":{"ts":1.5,"em1:1":{"act_power":501.8,"aprt_power":612.4,"pf":0.84,"freq":50},"em1data:1":{"total_act_energy":2776174.11,"total_act_ret_energy":571584.87}}}',
    shape: 'Shelly Gen2',
    readings: [
      {
        meterId: 'em50:1',
        energyWh: 2_776_174,
        exportWh: 571_584,
        powerW: 501.8,
        apparentVa: 612.4,
        powerFactor: 0.84,
        frequencyHz: 50,
      },
    ],
  },
  {
    says: 'Shelly Gen2, three phases',
    topic: 'pro3em/status/em:0',
    payload: '{"a_voltage":230,"a_current":1,"b_voltage":231,"c_voltage":232,"total_act_power":700}',
    shape: 'Shelly Gen2',
    live: [
      {
        meterId: 'pro3em',
        powerW: 700,
        phases: [{ voltageV: 230, currentA: 1 }, { voltageV: 231 }, { voltageV: 232 }],
      },
    ],
  },
  {
    says: 'a small Shelly Gen2 that only measures',
    topic: 'pm/status/pm1:0',
    payload: '{"apower":0,"aenergy":{"total":0},"ret_aenergy":{"total":7.9}}',
    shape: 'Shelly Gen2',
    readings: [{ meterId: 'pm', energyWh: 0, exportWh: 7, powerW: 0 }],
  },
  {
    says: 'a Shelly Gen2 that has gone',
    topic: 'pm/online',
    payload: 'false',
    shape: 'Shelly Gen2',
    events: [{ kind: 'offline', meterId: 'pm' }],
  },
  {
    says: 'Zigbee2MQTT',
    topic: 'zigbee2mqtt/plug kitchen',
    payload: '{"current":0,"energy":1.92,"power":0,"state":"ON","voltage":233}',
    shape: 'Zigbee2MQTT',
    readings: [{ meterId: 'plug_kitchen', energyWh: 1920, currentA: 0, powerW: 0, voltageV: 233 }],
    events: [{ kind: 'relay', meterId: 'plug_kitchen', reported: 'on' }],
  },
  {
    says: 'Zigbee2MQTT with two sockets',
    topic: 'zigbee2mqtt/double',
    payload: '{"linkquality":9,"energy_l1":1.1,"energy_l2":0.57,"power_l2":3,"state_l2":"OFF"}',
    shape: 'Zigbee2MQTT',
    readings: [
      { meterId: 'double', energyWh: 1100 },
      { meterId: 'double:2', energyWh: 570, powerW: 3 },
    ],
    events: [{ kind: 'relay', meterId: 'double:2', reported: 'off' }],
  },
  {
    says: 'ESPHome',
    topic: 'garage/sensor/total_energy_kwh/state',
    payload: '12.345',
    shape: 'ESPHome',
    readings: [{ meterId: 'garage', energyWh: 12_345 }],
  },
  {
    says: 'ESPHome, energy that does not say whether it is Wh or kWh',
    topic: 'garage/sensor/total_energy/state',
    payload: '12.345',
    shape: 'ESPHome',
    refused: [['total_energy', '12.345']],
  },
  {
    says: 'ESPHome, a counter that starts again every day',
    topic: 'garage/sensor/daily_energy_kwh/state',
    payload: '12.345',
    shape: 'ESPHome',
  },
  {
    says: 'ESPHome, a sensor without a value',
    topic: 'garage/sensor/power/state',
    payload: 'nan',
    shape: 'ESPHome',
    refused: [['power', 'nan']],
  },
  {
    says: 'the relay of ESPHome',
    topic: 'garage/switch/relay/state',
    payload: 'ON',
    shape: 'ESPHome',
    events: [{ kind: 'relay', meterId: 'garage', reported: 'on' }],
  },
];
