package io.holdfast.core;

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
            throw new InvariantViolation(String.format(format, args));
        }
    }
}
