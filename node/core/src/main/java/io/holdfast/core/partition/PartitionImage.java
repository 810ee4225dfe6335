package io.holdfast.core.partition;

import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Membership;
import io.holdfast.core.store.StoreImage;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;

/**
 * A partition as it stands after one log entry. Durable and on the wire; format: version byte, term, count and members (name
 * length short, name, identity), then the {@link StoreImage}. Big endian.
 *
 * @param term of the entry at the store's index
 */
public record PartitionImage(long term, Membership membership, StoreImage store) {
    private static final byte VERSION = 1;

    public long index() {
        return store.index();
    }

    public Bytes encode() {
        int members = membership.identities().keySet().stream()
                .mapToInt(site -> 2 + nameOf(site).length + 8)
                .sum();
        ByteBuffer head = ByteBuffer.allocate(1 + 8 + 4 + members);
        head.put(VERSION).putLong(term).putInt(membership.identities().size());
        membership.identities().forEach((site, identity) -> {
            byte[] name = nameOf(site);
            head.putShort((short) name.length).put(name).putLong(identity);
        });
        return store.encodeBehind(head.array());
    }

    private static byte[] nameOf(SiteId site) {
        return site.name().getBytes(StandardCharsets.UTF_8);
    }

    /** @throws IllegalArgumentException if these are not the bytes of an image that this version can read */
    public static PartitionImage decode(Bytes encoded) {
        return decode(ByteBuffer.wrap(encoded.unsafeArray()));
    }

    /** From what remains of the buffer. @throws IllegalArgumentException as {@link #decode(Bytes)} */
    public static PartitionImage decode(ByteBuffer in) {
        try {
            byte version = in.get();
            if (version != VERSION) {
                throw new IllegalArgumentException("unknown version " + version + " of a partition's image");
            }
            long term = in.getLong();
            var identities = new TreeMap<SiteId, Long>();
            for (int left = in.getInt(); left > 0; left--) {
                SiteId site = new SiteId(Bytes.read(in, in.getShort()).toUtf8());
                identities.put(site, in.getLong());
            }
            return new PartitionImage(term, new Membership(identities), StoreImage.decode(in));
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a partition's image ends too early", e);
        }
    }
}
