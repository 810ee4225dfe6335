package io.holdfast.server.serial;

import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Entry;
import io.holdfast.core.raft.HardState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How the parts that records share are written: the same for wire messages and durable records, and fixed for ever. */
final class Fields {
    /** The order is the format's: only append. */
    private static final Entry.Kind[] ENTRY_KINDS = {Entry.Kind.NOOP, Entry.Kind.COMMANDS, Entry.Kind.ADMIT};

    private Fields() {}

    static void writeBytes(Output out, Bytes bytes) {
        writeLength(out, bytes.length());
        out.writeBytes(bytes.unsafeArray());
    }

    /** Of bytes that follow, for whom {@link #writeBytes} would copy too much. */
    static void writeLength(Output out, int length) {
        out.writeVarInt(length, true);
    }

    static Bytes readBytes(Input in) {
        return Bytes.wrap(in.readBytes(readLength(in)));
    }

    /**
     * Of what follows, or how many items do, each of at least a byte. Looked at before memory is asked for: what is read as a length may be something else,
     * where the bytes are damaged or of another version.
     *
     * @throws IllegalArgumentException if there are not so many bytes left
     */
    static int readLength(Input in) {
        int length = in.readVarInt(true);
        if (length < 0 || length > in.limit() - in.position()) {
            throw new IllegalArgumentException("a field of " + length + " bytes or items, where fewer bytes are left");
        }
        return length;
    }

    /** What {@link #writeBytes} wrote, not copied. @throws IllegalArgumentException if there is less than its length says */
    static ByteBuffer readSlice(Input in) {
        int length = readLength(in);
        ByteBuffer slice =
                ByteBuffer.wrap(in.getBuffer(), in.position(), length).slice();
        in.skip(length);
        return slice;
    }

    static void writeSite(Output out, SiteId site) {
        writeBytes(out, Bytes.utf8(site.name()));
    }

    static SiteId readSite(Input in) {
        return new SiteId(readBytes(in).toUtf8());
    }

    static void writeOptionalSite(Output out, Optional<SiteId> site) {
        writeBytes(out, site.map(it -> Bytes.utf8(it.name())).orElse(Bytes.EMPTY));
    }

    static Optional<SiteId> readOptionalSite(Input in) {
        Bytes name = readBytes(in);
        return name.length() == 0 ? Optional.empty() : Optional.of(new SiteId(name.toUtf8()));
    }

    static void writeEntries(Output out, List<Entry> entries) {
        out.writeVarInt(entries.size(), true);
        for (Entry entry : entries) {
            out.writeLong(entry.term());
            out.writeLong(entry.index());
            out.writeLong(entry.timestamp());
            out.writeByte(List.of(ENTRY_KINDS).indexOf(entry.kind()));
            writeBytes(out, entry.payload());
        }
    }

    static List<Entry> readEntries(Input in) {
        int count = readLength(in);
        var entries = new ArrayList<Entry>(count);
        for (int i = 0; i < count; i++) {
            entries.add(
                    new Entry(in.readLong(), in.readLong(), in.readLong(), ENTRY_KINDS[in.readByte()], readBytes(in)));
        }
        return entries;
    }

    static void writeHardState(Output out, HardState state) {
        out.writeLong(state.term());
        writeOptionalSite(out, state.vote());
        out.writeLong(state.identity());
    }

    static HardState readHardState(Input in) {
        return new HardState(in.readLong(), readOptionalSite(in), in.readLong());
    }
}
