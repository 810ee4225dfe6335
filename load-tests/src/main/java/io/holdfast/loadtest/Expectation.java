package io.holdfast.loadtest;

import java.util.Locale;

/**
 * What must hold at the end of a run.
 *
 * @param name as it stands in the report
 */
record Expectation(String name, Judge judge) {
    /** Finds out; may block, and fail with what is then the finding. */
    @FunctionalInterface
    interface Judge {
        Finding find() throws Exception;
    }

    /** @param text what was found, for people */
    record Finding(boolean holds, String text) {
        /** Nothing can be wrong with what was not done. */
        static Finding some(long found, String unit) {
            return new Finding(found > 0, "found " + found + " " + unit);
        }

        static Finding atMost(double found, double bound, String unit) {
            return new Finding(found <= bound, String.format(Locale.ROOT, "found %.1f %s", found, unit));
        }

        static Finding atMost(long found, long bound, String unit) {
            return new Finding(found <= bound, "found " + found + " " + unit);
        }
    }
}
