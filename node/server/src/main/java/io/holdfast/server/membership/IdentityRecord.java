package io.holdfast.server.membership;

import io.holdfast.server.serial.DurableRecord;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** What a site's journal says of the storage itself. It is handed to the journal as bytes, of which this class alone knows. */
sealed interface IdentityRecord extends DurableRecord {
    byte VERSION = 1;
    byte DRAWN = 1;
    byte ADOPTED = 2;

    /** The storage was empty and got this identity. */
    record IdentityDrawn(long identity) implements IdentityRecord {}

    /** The storage belongs to this cluster. */
    record GenesisAdopted(Genesis genesis) implements IdentityRecord {}

    default byte[] encode() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            if (this instanceof IdentityDrawn drawn) {
                out.writeByte(DRAWN);
                out.writeLong(drawn.identity());
            } else if (this instanceof GenesisAdopted adopted) {
                out.writeByte(ADOPTED);
                adopted.genesis().write(out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** @throws IllegalArgumentException when the bytes are damaged or from a newer version */
    static IdentityRecord decode(byte[] bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            byte version = in.readByte();
            if (version != VERSION) {
                throw new IllegalArgumentException("the record of this site's identity has version " + version
                        + ", this program reads " + VERSION + ": start the version that wrote it");
            }
            byte kind = in.readByte();
            IdentityRecord record =
                    switch (kind) {
                        case DRAWN -> new IdentityDrawn(in.readLong());
                        case ADOPTED -> new GenesisAdopted(Genesis.read(in));
                        default ->
                            throw new IllegalArgumentException("the record of this site's identity has kind " + kind
                                    + ", which version " + VERSION + " does not know: the journal is damaged");
                    };
            if (in.available() > 0) {
                throw new IllegalArgumentException("the record of this site's identity is too long by " + in.available()
                        + " bytes: the journal is damaged");
            }
            return record;
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "the record of this site's identity ends early: the journal is damaged", e);
        }
    }
}
