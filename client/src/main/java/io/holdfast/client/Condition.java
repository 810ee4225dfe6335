package io.holdfast.client;

/**
 * What must hold at the moment of a write, else nothing is written.
 *
 * @param version the version wanted, for {@link Kind#VERSION}; else 0
 */
public record Condition(Kind kind, long version) {
    /** The kinds of condition. */
    public enum Kind {
        ALWAYS,
        ABSENT,
        PRESENT,
        VERSION
    }

    /** No condition. */
    public static final Condition ALWAYS = new Condition(Kind.ALWAYS, 0);
    /** The key must not exist. */
    public static final Condition IF_ABSENT = new Condition(Kind.ABSENT, 0);
    /** The key must exist. */
    public static final Condition IF_PRESENT = new Condition(Kind.PRESENT, 0);

    /** The key must exist with just this version, as an earlier read or write returned it. */
    public static Condition ifVersion(long version) {
        return new Condition(Kind.VERSION, version);
    }
}
