package io.holdfast.server.partition;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Which journals, replayed one after the other, are a replica's own at a site of several nodes: each holder of its lease writes to one of its
 * own, named by the epoch. It is the note of the replica's lease, so a holder reads it together with the lease and changes it only while it has that.
 *
 * <p>A journal that a later holder has replayed is closed at the last record that was found; whatever its writer still had on its
 * way and lands behind that is never read (docs/protocol.md, section 16). One that nobody needs any more stays in the list as retired until it
 * is known to be deleted: who crashes in between, or whose deletion fails, leaves it to the next snapshot. Durable: the format is fixed for ever.
 *
 * @param identity of the replica: the storage's, or one of its own since it was rebuilt
 * @param parts in order; all but the last are closed
 */
record Lineage(long identity, List<Part> parts) {
    /** A journal that is still written to. */
    static final long OPEN = -1;

    /** A journal of which nothing counts, and which is to be deleted. Not read; programs from before there were such parts read no record of it, and drop it. */
    private static final long RETIRED = 0;

    /** Stands for the journal of a replica without leases; they count from one. */
    private static final long UNLEASED = 0;

    /** A replica with more journals than this should save a snapshot, which stands for all of them. */
    static final int MANY_PARTS = 8;

    private static final byte VERSION = 1;
    private static final int MOST_PARTS = 2000;

    /** Where deletions go on failing, the list must not grow with them: the oldest are left where they are. */
    static final int MOST_RETIRED = 100;

    /**
     * One holder's journal.
     *
     * @param last the number of the last record that counts, 0 in one that is {@link #RETIRED}, or {@link #OPEN}
     */
    record Part(long epoch, long last) {
        private boolean isRetired() {
            return last == RETIRED;
        }

        private Part retire() {
            return new Part(epoch, RETIRED);
        }

        String persistenceId(PartitionId partition) {
            return Lineage.persistenceId(partition, epoch);
        }
    }

    Lineage {
        parts = List.copyOf(parts);
        if (parts.size() > MOST_PARTS) {
            throw new IllegalArgumentException("a replica has " + parts.size() + " journals, more than " + MOST_PARTS);
        }
    }

    /** Of a replica that was never under a lease: the one journal that it may have from then, or from a site whose program knew no leases. */
    static Lineage first(long identity) {
        return new Lineage(identity, List.of(new Part(UNLEASED, OPEN)));
    }

    /** Of a replica that has never written anything under its identity. */
    static Lineage empty(long identity) {
        return new Lineage(identity, List.of());
    }

    static String persistenceId(PartitionId partition, long epoch) {
        return epoch == UNLEASED ? partition.toString() : partition + "#" + epoch;
    }

    /**
     * The journals of a holder that has replayed all of these.
     *
     * @param found the number of the last record of the one that was open, 0: it was empty
     */
    Lineage continuedBy(long epoch, long found) {
        var next = new ArrayList<Part>();
        for (Part part : parts) {
            long last = part.last() == OPEN ? found : part.last();
            next.add(new Part(part.epoch(), last));
        }
        next.add(new Part(epoch, OPEN));
        return new Lineage(identity, next).withFewRetired();
    }

    /** What is left when a snapshot in the open journal stands for everything before it. */
    Lineage reducedTo(long epoch) {
        var next = new ArrayList<Part>();
        parts.stream().filter(part -> part.epoch() != epoch).map(Part::retire).forEach(next::add);
        next.add(new Part(epoch, OPEN));
        return new Lineage(identity, next);
    }

    /** The journals that make up the replica, in order. */
    List<Part> counting() {
        return parts.stream().filter(part -> !part.isRetired()).toList();
    }

    /** The journals that are to be deleted. */
    List<Part> retired() {
        return parts.stream().filter(Part::isRetired).toList();
    }

    /** Without retired journals that are known to be deleted. */
    Lineage without(Set<Part> deleted) {
        return new Lineage(
                identity,
                parts.stream()
                        .filter(part -> !(part.isRetired() && deleted.contains(part)))
                        .toList());
    }

    /** Without the oldest retired journals, where there are more than {@link #MOST_RETIRED}. */
    Lineage withFewRetired() {
        List<Part> retired = retired();
        return without(Set.copyOf(retired.subList(0, Math.max(0, retired.size() - MOST_RETIRED))));
    }

    byte[] encode() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeLong(identity);
            out.writeShort(parts.size());
            for (Part part : parts) {
                out.writeLong(part.epoch());
                out.writeLong(part.last());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** @throws IllegalArgumentException when the bytes are damaged or from a newer version */
    static Lineage decode(byte[] bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            byte version = in.readByte();
            if (version != VERSION) {
                throw new IllegalArgumentException("the list of a replica's journals has version " + version
                        + ", this program reads " + VERSION + ": start the version that wrote it");
            }
            long identity = in.readLong();
            int count = in.readUnsignedShort();
            var parts = new ArrayList<Part>();
            for (int i = 0; i < count && i <= MOST_PARTS; i++) {
                parts.add(new Part(in.readLong(), in.readLong()));
            }
            return new Lineage(identity, parts);
        } catch (IOException e) {
            throw new IllegalArgumentException("the list of a replica's journals ends early: it is damaged", e);
        }
    }
}
