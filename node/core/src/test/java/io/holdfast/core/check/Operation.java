package io.holdfast.core.check;

/**
 * What one client did to one key, and what it was told. Values are unique: a write's value is its number, 0 stands for an
 * absent key.
 *
 * @param what for a reader: who did what
 * @param invoked a moment before it can have taken effect; moments are unique over the history
 * @param returned a moment by which it had taken effect, {@link #NEVER} if that is not known
 * @param value what a write writes (0: a deletion), what a read saw
 * @param condition on the value before
 * @param expected the value that {@link Condition#IS} wants
 * @param result of a write
 * @param found for a failed condition: the value that was there, or {@link #UNKNOWN}
 */
public record Operation(
        String what,
        long invoked,
        long returned,
        Kind kind,
        int value,
        Condition condition,
        int expected,
        Result result,
        int found) {
    public static final long NEVER = Long.MAX_VALUE;
    public static final int UNKNOWN = -1;

    public enum Kind {
        READ,
        WRITE
    }

    public enum Condition {
        NONE,
        ABSENT,
        PRESENT,
        IS
    }

    public enum Result {
        APPLIED,
        CONDITION_FAILED,
        /** It may have been applied, now or later, or never. */
        INDETERMINATE
    }

    public static Operation read(String what, long invoked, long returned, int seen) {
        return new Operation(
                what, invoked, returned, Kind.READ, seen, Condition.NONE, 0, Result.APPLIED, Operation.UNKNOWN);
    }

    public static Operation write(String what, long invoked, long returned, int value) {
        return new Operation(
                what, invoked, returned, Kind.WRITE, value, Condition.NONE, 0, Result.APPLIED, Operation.UNKNOWN);
    }

    public Operation when(Condition wanted, int value) {
        return new Operation(what, invoked, returned, kind, this.value, wanted, value, result, found);
    }

    public Operation failed(int foundValue) {
        return new Operation(
                what, invoked, returned, kind, value, condition, expected, Result.CONDITION_FAILED, foundValue);
    }

    public Operation indeterminate() {
        return new Operation(
                what, invoked, NEVER, kind, value, condition, expected, Result.INDETERMINATE, Operation.UNKNOWN);
    }

    boolean certain() {
        return returned != NEVER;
    }

    /** Whatever it takes effect on. */
    boolean changesNothing() {
        return kind == Kind.READ || result == Result.CONDITION_FAILED;
    }

    private boolean conditionHolds(int state) {
        return switch (condition) {
            case NONE -> true;
            case ABSENT -> state == 0;
            case PRESENT -> state != 0;
            case IS -> state != 0 && state == expected;
        };
    }

    /** The key's value after this operation took effect on this one, or {@link #UNKNOWN} if it cannot have. */
    int apply(int state) {
        if (kind == Kind.READ) {
            return state == value ? state : UNKNOWN;
        }
        boolean holds = conditionHolds(state);
        return switch (result) {
            case APPLIED -> holds ? value : UNKNOWN;
            case CONDITION_FAILED -> !holds && (found == UNKNOWN || found == state) ? state : UNKNOWN;
            case INDETERMINATE -> holds ? value : state;
        };
    }

    @Override
    public String toString() {
        String end = certain() ? Long.toString(returned) : "?";
        String did = kind == Kind.READ ? "read " + value : (value == 0 ? "delete" : "write " + value);
        String when =
                condition == Condition.NONE ? "" : " if " + condition + (condition == Condition.IS ? expected : "");
        String told = result == Result.APPLIED ? "" : " " + result + (found == UNKNOWN ? "" : " found " + found);
        return String.format("[%d..%s] %s: %s%s%s", invoked, end, what, did, when, told);
    }
}
