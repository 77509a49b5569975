-- Nobody guesses a code, and whoever counted the tries would let anybody use up the code of another.
ALTER TABLE invitation DROP COLUMN tries_left;
