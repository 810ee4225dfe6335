package io.holdfast.server.catalog;

import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Membership;
import java.util.ArrayList;
import java.util.TreeMap;

/**
 * A keyspace's definition as a value of the catalog. Durable, so the format is fixed for ever: version byte; name; partitions,
 * tolerates (int); history, retention (long); count and sites, each with the identity of its storage, in order of preference.
 * Text is UTF-8 with a length (int) before it. Little endian (Kryo Output).
 */
public final class KeyspaceCodec {
    private static final byte VERSION = 1;

    private KeyspaceCodec() {}

    public static Bytes encode(KeyspaceDefinition definition) {
        var out = new Output(256, -1);
        out.writeByte(VERSION);
        writeText(out, definition.name());
        out.writeInt(definition.partitions());
        out.writeInt(definition.tolerates());
        out.writeLong(definition.historyMillis());
        out.writeLong(definition.retentionMillis());
        out.writeInt(definition.sites().size());
        for (SiteId site : definition.sites()) {
            writeText(out, site.name());
            out.writeLong(definition.genesis().identities().get(site));
        }
        return Bytes.wrap(out.toBytes());
    }

    private static void writeText(Output out, String text) {
        Bytes bytes = Bytes.utf8(text);
        out.writeInt(bytes.length());
        out.writeBytes(bytes.unsafeArray());
    }

    private static String readText(Input in) {
        return Bytes.wrap(in.readBytes(in.readInt())).toUtf8();
    }

    /** @throws IllegalArgumentException if these are not the bytes of a definition that this version can read */
    public static KeyspaceDefinition decode(Bytes encoded) {
        var in = new Input(encoded.unsafeArray());
        byte version = in.readByte();
        if (version != VERSION) {
            throw new IllegalArgumentException("a keyspace's definition of version " + version
                    + ", this program reads version " + VERSION + ": was it made by a newer one?");
        }
        String name = readText(in);
        int partitions = in.readInt();
        int tolerates = in.readInt();
        long history = in.readLong();
        long retention = in.readLong();
        var sites = new ArrayList<SiteId>();
        var identities = new TreeMap<SiteId, Long>();
        for (int left = in.readInt(); left > 0; left--) {
            var site = new SiteId(readText(in));
            sites.add(site);
            identities.put(site, in.readLong());
        }
        return new KeyspaceDefinition(
                name, partitions, tolerates, history, retention, sites, new Membership(identities));
    }
}
