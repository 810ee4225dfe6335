package io.holdfast.core;

/** The name of a site. A partition has one replica in each of its sites, so this names the replica, too. */
public record SiteId(String name) implements Comparable<SiteId> {
    @Override
    public int compareTo(SiteId other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
