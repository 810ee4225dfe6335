package io.holdfast.loadtest.load;

import java.util.BitSet;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/** Which writes, by number, were acknowledged: the client's own book, against which the store is judged. Safe for use by many threads. */
public final class WriteLedger {
    private final BitSet acknowledged = new BitSet();

    public synchronized void acknowledged(long number) {
        acknowledged.set(Math.toIntExact(number));
    }

    /** How many. */
    public synchronized long size() {
        return acknowledged.cardinality();
    }

    /** Any of them, if there is one. */
    public synchronized OptionalLong any(RandomGenerator random) {
        if (acknowledged.isEmpty()) {
            return OptionalLong.empty();
        }
        int found = acknowledged.previousSetBit(random.nextInt(acknowledged.length()));
        return OptionalLong.of(found >= 0 ? found : acknowledged.nextSetBit(0));
    }

    /** A count of what is found from now on: whoever begins to read now must find all that is in the book now. */
    public synchronized Audit audit() {
        return new Audit((BitSet) acknowledged.clone());
    }

    /** What one reader must find. For one thread. */
    public static final class Audit {
        private final BitSet missing;

        private Audit(BitSet missing) {
            this.missing = missing;
        }

        /** The write of this number was found, with its right value. */
        public void found(long number) {
            missing.clear(Math.toIntExact(number));
        }

        /** How many acknowledged writes were not found, or not as they were written. */
        public long lost() {
            return missing.cardinality();
        }

        /** The first of them; only if there is one. */
        public long firstLost() {
            return missing.nextSetBit(0);
        }
    }
}
