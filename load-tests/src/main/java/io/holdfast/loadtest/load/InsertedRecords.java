package io.holdfast.loadtest.load;

import java.util.TreeSet;

/**
 * Up to which number all records are there. Inserts are acknowledged out of order, and one that is still under way may be read and not
 * found: a reader of the newest record must not be sent beyond it. Safe for use by many threads.
 */
public final class InsertedRecords {
    private final TreeSet<Long> early = new TreeSet<>();
    private long newest;

    /** @param newest the highest number of those that were there before */
    public InsertedRecords(long newest) {
        this.newest = newest;
    }

    /** The insert of this number was acknowledged. */
    public synchronized void acknowledged(long number) {
        early.add(number);
        while (early.remove(newest + 1)) {
            newest++;
        }
    }

    /** This record, and all below it, are there. */
    public synchronized long newest() {
        return newest;
    }
}
