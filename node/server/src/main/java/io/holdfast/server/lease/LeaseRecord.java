package io.holdfast.server.lease;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * What a lease's cell says. Durable: the format is fixed for ever.
 *
 * @param epoch grows by one whenever the lease is taken, and never goes back: no two holders have had the same
 * @param holder empty: free
 * @param note what the holders leave for each other
 */
record LeaseRecord(long epoch, Optional<Holder> holder, byte[] note) {
    private static final byte VERSION = 1;
    private static final int MOST_NOTE_BYTES = 60_000;

    LeaseRecord {
        if (note.length > MOST_NOTE_BYTES) {
            throw new IllegalArgumentException(
                    "a lease's note has " + note.length + " bytes, more than " + MOST_NOTE_BYTES);
        }
    }

    static LeaseRecord never() {
        return new LeaseRecord(0, Optional.empty(), new byte[0]);
    }

    LeaseRecord taken(Holder by) {
        return new LeaseRecord(epoch + 1, Optional.of(by), note);
    }

    LeaseRecord freed() {
        return new LeaseRecord(epoch, Optional.empty(), note);
    }

    LeaseRecord with(byte[] changed) {
        return new LeaseRecord(epoch, holder, changed);
    }

    byte[] encode() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeLong(epoch);
            out.writeBoolean(holder.isPresent());
            if (holder.isPresent()) {
                out.writeUTF(holder.get().node());
                out.writeLong(holder.get().session().getMostSignificantBits());
                out.writeLong(holder.get().session().getLeastSignificantBits());
            }
            out.writeInt(note.length);
            out.write(note);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** @throws IllegalArgumentException when the bytes are damaged or from a newer version */
    static LeaseRecord decode(byte[] bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            byte version = in.readByte();
            if (version != VERSION) {
                throw new IllegalArgumentException("the record of a lease has version " + version
                        + ", this program reads " + VERSION + ": start the version that wrote it");
            }
            long epoch = in.readLong();
            Optional<Holder> holder = in.readBoolean()
                    ? Optional.of(new Holder(in.readUTF(), new UUID(in.readLong(), in.readLong())))
                    : Optional.empty();
            int length = in.readInt();
            if (length != in.available()) {
                throw new IllegalArgumentException("the record of a lease says " + length + " bytes of note and has "
                        + in.available() + ": it is damaged");
            }
            return new LeaseRecord(epoch, holder, in.readAllBytes());
        } catch (IOException e) {
            throw new IllegalArgumentException("the record of a lease ends early: it is damaged", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LeaseRecord that
                && epoch == that.epoch
                && holder.equals(that.holder)
                && Arrays.equals(note, that.note);
    }

    @Override
    public int hashCode() {
        return Objects.hash(epoch, holder, Arrays.hashCode(note));
    }

    @Override
    public String toString() {
        return "epoch " + epoch + ", " + holder.map(by -> "held by " + by).orElse("free");
    }
}
