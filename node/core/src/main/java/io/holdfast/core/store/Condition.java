package io.holdfast.core.store;

/** What must hold of a key for a write to be applied. */
public sealed interface Condition {
    Condition NONE = new None();

    /** @param version of the live value, 0 if the key is absent */
    boolean holds(long version);

    record None() implements Condition {
        @Override
        public boolean holds(long version) {
            return true;
        }
    }

    record Absent() implements Condition {
        @Override
        public boolean holds(long version) {
            return version == 0;
        }
    }

    record Present() implements Condition {
        @Override
        public boolean holds(long version) {
            return version != 0;
        }
    }

    /** The key exists with just this version. */
    record VersionIs(long expected) implements Condition {
        @Override
        public boolean holds(long version) {
            return version != 0 && version == expected;
        }
    }
}
