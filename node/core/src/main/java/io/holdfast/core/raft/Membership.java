package io.holdfast.core.raft;

import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Whose votes count: the sites of the partition, each with the identity of the storage that was admitted there.
 *
 * <p>A replica whose storage was lost comes back with a new identity. It is then a stranger at a known site: it gets the
 * log, but it does not stand for election, and its votes and acknowledgements do not count, until a committed
 * {@link Entry.Kind#ADMIT} entry has put its identity in the place of the old one (DESIGN 3, rule 11; docs/protocol.md says
 * why that is safe).
 */
public record Membership(SortedMap<SiteId, Long> identities) {
    public Membership {
        if (identities.isEmpty()) {
            throw new IllegalArgumentException("a partition needs at least one site");
        }
        identities = Collections.unmodifiableSortedMap(new TreeMap<>(identities));
    }

    public static Membership of(Map<SiteId, Long> identities) {
        return new Membership(new TreeMap<>(identities));
    }

    public Set<SiteId> sites() {
        return identities.keySet();
    }

    /** The smallest majority. */
    public int quorum() {
        return identities.size() / 2 + 1;
    }

    public boolean isVoter(SiteId site, long identity) {
        Long admitted = identities.get(site);
        return admitted != null && admitted == identity;
    }

    public Membership admit(SiteId site, long identity) {
        if (!identities.containsKey(site)) {
            throw new IllegalArgumentException("site " + site + " holds no replica of this partition");
        }
        var changed = new TreeMap<>(identities);
        changed.put(site, identity);
        return new Membership(changed);
    }

    /** The payload of an {@link Entry.Kind#ADMIT} entry. Durable: the format is fixed for ever. */
    public static Bytes encodeAdmission(SiteId site, long identity) {
        byte[] name = site.name().getBytes(StandardCharsets.UTF_8);
        return Bytes.wrap(ByteBuffer.allocate(1 + 8 + name.length)
                .put((byte) 1)
                .putLong(identity)
                .put(name)
                .array());
    }

    public Membership admit(Bytes admission) {
        ByteBuffer in = ByteBuffer.wrap(admission.unsafeArray());
        byte version = in.get();
        if (version != 1) {
            throw new IllegalArgumentException("unknown version " + version + " of an admission");
        }
        long identity = in.getLong();
        return admit(new SiteId(Bytes.read(in, in.remaining()).toUtf8()), identity);
    }
}
