package io.holdfast.server.lease;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;

/**
 * What a node's session cell says. Each renewal sets the cell anew, so its version is the session's heartbeat. Durable: the format is
 * fixed for ever.
 *
 * @param live false once the session has ended, by its node's own will or because others have waited for it in vain
 * @param lastingNanos how long after a renewal the node counts on its session; others wait for so long, and the drift of clocks
 */
record SessionRecord(UUID session, boolean live, long lastingNanos) {
    private static final byte VERSION = 1;

    SessionRecord ended() {
        return new SessionRecord(session, false, lastingNanos);
    }

    byte[] encode() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeLong(session.getMostSignificantBits());
            out.writeLong(session.getLeastSignificantBits());
            out.writeBoolean(live);
            out.writeLong(lastingNanos);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** @throws IllegalArgumentException when the bytes are damaged or from a newer version */
    static SessionRecord decode(byte[] bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            byte version = in.readByte();
            if (version != VERSION) {
                throw new IllegalArgumentException("the record of a node's session has version " + version
                        + ", this program reads " + VERSION + ": start the version that wrote it");
            }
            return new SessionRecord(new UUID(in.readLong(), in.readLong()), in.readBoolean(), in.readLong());
        } catch (IOException e) {
            throw new IllegalArgumentException("the record of a node's session ends early: it is damaged", e);
        }
    }
}
