package io.holdfast.config;

import java.time.Duration;

/** Durations and sizes as a person would write them into the file. */
final class Units {
    private static final long KIB = 1024;

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
        if (bytes % (KIB * KIB * KIB * KIB * KIB) == 0 && bytes > 0) {
            return bytes / (KIB * KIB * KIB * KIB * KIB) + "PiB";
        }
        if (bytes % (KIB * KIB * KIB) == 0 && bytes > 0) {
            return bytes / (KIB * KIB * KIB) + "GiB";
        }
        if (bytes % (KIB * KIB) == 0 && bytes > 0) {
            return bytes / (KIB * KIB) + "MiB";
        }
        return bytes % KIB == 0 && bytes > 0 ? bytes / KIB + "KiB" : bytes + "B";
    }
}
