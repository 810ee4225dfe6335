package io.holdfast.core.sim;

/** Which value each version of one partition is. A map of numbers that makes no objects: every operation of every run asks it. */
final class ValueOfVersion {
    /** Spreads numbers that are near each other over all places (Knuth, "The Art of Computer Programming", volume 3, section 6.4). */
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    /** 0 where the place is free: no version is 0. */
    private long[] versions = new long[1024];

    private int[] values = new int[1024];
    private int size;

    /** Notes it, unless the version is known already; answers the value it has. */
    int putIfAbsent(long version, int value) {
        if (version == 0) {
            throw new IllegalArgumentException("value " + value + " without a version");
        }
        if (2 * size >= versions.length) {
            grow();
        }
        int place = place(version);
        if (versions[place] == 0) {
            versions[place] = version;
            values[place] = value;
            size++;
        }
        return values[place];
    }

    int getOrDefault(long version, int otherwise) {
        int place = place(version);
        return versions[place] == 0 ? otherwise : values[place];
    }

    /** Where the version stands, or belongs. */
    private int place(long version) {
        int place = (int) (version * GOLDEN >>> 32) & (versions.length - 1);
        while (versions[place] != 0 && versions[place] != version) {
            place = (place + 1) & (versions.length - 1);
        }
        return place;
    }

    private void grow() {
        long[] oldVersions = versions;
        int[] oldValues = values;
        versions = new long[oldVersions.length * 2];
        values = new int[versions.length];
        for (int i = 0; i < oldVersions.length; i++) {
            if (oldVersions[i] != 0) {
                int place = place(oldVersions[i]);
                versions[place] = oldVersions[i];
                values[place] = oldValues[i];
            }
        }
    }
}
