package io.holdfast.config;

import java.time.Duration;

/** Durations and sizes as a person would write them into the file. */
final class Units {
    private static final long KIB = 1024;
    private static final String[] SIZES = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private Units() {}

    static String show(Duration duration) {
        long ms = duration.toMillis();
        if (ms % 86_400_000 == 0 && ms > 86_400_000) {
            return ms / 86_400_000 + "d";
        }
        if (ms % 3_600_000 == 0 && ms > 0) {
            return ms / 3_600_000 + "h";
        }
        if (ms % 60_000 == 0 && ms > 0) {
            return ms / 60_000 + "m";
        }
        return ms % 1000 == 0 ? ms / 1000 + "s" : ms + "ms";
    }

    static String show(long bytes) {
        long number = bytes;
        int unit = 0;
        while (number > 0 && number % KIB == 0 && unit < SIZES.length - 1) {
            number /= KIB;
            unit++;
        }
        return number + SIZES[unit];
    }
}
