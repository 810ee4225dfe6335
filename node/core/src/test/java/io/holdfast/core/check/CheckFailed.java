package io.holdfast.core.check;

/** A checker has found that the code under test breaks one of its promises. */
public final class CheckFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CheckFailed(String message) {
        super(message);
    }

    /** Unlike a varargs check this costs nothing while all is well: callers test the condition first. */
    public static CheckFailed of(String format, Object... args) {
        return new CheckFailed(String.format(format, args));
    }
}
