package io.holdfast.server.membership;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Membership;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Collections;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a cluster was founded with, once for ever: its own id, and the identity of each site's storage. It is the first
 * membership of the catalog (docs/protocol.md, "Admission").
 */
public record Genesis(long clusterId, SortedMap<SiteId, Long> identities) {
    private static final int MOST_SITES = 1000;

    public Genesis {
        if (identities.isEmpty() || identities.size() > MOST_SITES) {
            throw new IllegalArgumentException("a cluster has 1 to " + MOST_SITES + " sites, not " + identities.size());
        }
        identities = Collections.unmodifiableSortedMap(new TreeMap<>(identities));
    }

    public Membership membership() {
        return Membership.of(identities);
    }

    /** The id as people see it, in messages and logs. */
    public String name() {
        return String.format(Locale.ROOT, "%016x", clusterId);
    }

    /** Durable (inside {@link IdentityRecord}): the format is fixed for ever. */
    void write(DataOutput out) throws IOException {
        out.writeLong(clusterId);
        out.writeShort(identities.size());
        for (var each : identities.entrySet()) {
            out.writeUTF(each.getKey().name());
            out.writeLong(each.getValue());
        }
    }

    static Genesis read(DataInput in) throws IOException {
        long clusterId = in.readLong();
        int count = in.readUnsignedShort();
        var identities = new TreeMap<SiteId, Long>();
        for (int i = 0; i < count && i <= MOST_SITES; i++) {
            identities.put(new SiteId(in.readUTF()), in.readLong());
        }
        return new Genesis(clusterId, identities);
    }
}
