package io.holdfast.core.sim;

/** What can go wrong in a run. Each seed turns on its own selection, so that rare combinations meet often. */
enum Fault {
    /** A link becomes slow for a while. */
    SLOW_LINK,
    /** Delays vary wildly; some messages come seconds late. */
    REORDER,
    DUPLICATE,
    DROP,
    /** Two sites do not hear each other, or one site hears nobody. */
    CUT,
    CUT_ONE_WAY,
    /** Sites are cut off one by one and healed one by one in another order. */
    SWIZZLE,
    SLOW_DISK,
    STALLED_DISK,
    FULL_DISK,
    CRASH,
    /** All nodes at once. */
    BLACKOUT,
    PAUSE,
    /** Clock rates differ within the bound. */
    CLOCK_SKEW,
    /** Clock rates differ beyond the bound: leases must be off, not wrong. */
    CLOCK_WILD,
    WALL_JUMP,
    LYING_HINTS,
    TRANSFER,
    /** A storage is lost; the site comes back with a new one. */
    WIPE,
    SNAPSHOT_FAILURE,
    /** The final calm begins with a minority of sites still dead. */
    DEAD_MINORITY,
    /** A chunk of an image arrives with a wrong bit: its checksum must find it. */
    CORRUPT_CHUNK,
    /** Clock rates change now and then, within the bound. */
    CLOCK_CHANGE,
    /** A client's request comes once more, up to seconds later, at any site. */
    LATE_COPY,
    /** The wall clock of one site is minutes ahead or behind, now and then or for the whole run: the partitions' time must not follow it. */
    WALL_WRONG,
    /** A node has no room left for more data, for a while. */
    FULL_MEMORY,
    /** A disk is put back from an older copy. */
    ROLL_BACK,
    /**
     * Clients and transactions meet on some keys, where one finds the other's locks. Chosen like a fault, so that a failure shows whether it needs it; by chance
     * of its own, so that seeds without it go as they did before there was this.
     */
    SHARED_KEYS,
    /** Where a leader gives its lead away and is cut off, many ask it and the others. Chosen as the one before. */
    CROWD;

    /** Came later than the others, and must not change what is drawn for them. */
    boolean hasOwnChance() {
        return compareTo(SHARED_KEYS) >= 0;
    }
}
