package io.holdfast.server.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** Timestamps as people write them: the store's own number, a time, or an age. */
final class Timestamps {
    private static final int COUNTER_BITS = 16;

    private Timestamps() {}

    /** @param nowMillis wall clock, for ages */
    static long parse(String text, long nowMillis) {
        try {
            if (text.startsWith("-")) {
                return ofMillis(nowMillis - age(text.substring(1)).toMillis());
            }
            return text.chars().allMatch(Character::isDigit)
                    ? Long.parseLong(text)
                    : ofMillis(Instant.parse(text).toEpochMilli());
        } catch (DateTimeParseException | ArithmeticException | NumberFormatException mistake) {
            throw CommandFailure.usage("The timestamp '" + text
                    + "' cannot be read: give a version, a time such as 2026-01-31T12:00:00Z, or an age such as -30s.");
        }
    }

    /** A time span as people write it: 250ms, 30s, 5m, 1h. */
    static Duration duration(String what, String text) {
        try {
            return age(text);
        } catch (DateTimeParseException | NumberFormatException mistake) {
            throw CommandFailure.usage(
                    "The " + what + " '" + text + "' cannot be read: give a time such as 250ms, 30s, 10m or 1h.");
        }
    }

    /** The end of that millisecond: what was committed in it is seen. */
    private static long ofMillis(long millis) {
        return (millis + 1 << COUNTER_BITS) - 1;
    }

    private static Duration age(String text) {
        if (text.endsWith("ms")) {
            return Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)));
        }
        return Duration.parse("PT" + text);
    }
}
