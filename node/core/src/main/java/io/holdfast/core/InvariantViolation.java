package io.holdfast.core;

import java.util.Locale;

/**
 * A safety rule of the protocol does not hold. Whoever sees one must stop the replica at once and keep its storage for
 * inspection: going on could lose an acknowledged write. Never caught to be retried.
 */
public final class InvariantViolation extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    public InvariantViolation(String message) {
        super(message);
    }

    /** Checks an invariant, in production too (DESIGN 3: assertions stay on). */
    public static void check(boolean holds, String format, Object... args) {
        if (!holds) {
            throw new InvariantViolation(String.format(Locale.ROOT, format, args));
        }
    }

    // The forms for numbers make nothing while all is well: boxing what a check would say took a tenth of all memory
    // that a step asked for.

    /** The same as {@link #check(boolean, String, Object...)}. */
    public static void check(boolean holds, String format, long one, long two) {
        if (!holds) {
            throw new InvariantViolation(String.format(Locale.ROOT, format, one, two));
        }
    }

    /** The same as {@link #check(boolean, String, Object...)}. */
    public static void check(boolean holds, String format, long one, long two, long three) {
        if (!holds) {
            throw new InvariantViolation(String.format(Locale.ROOT, format, one, two, three));
        }
    }
}
