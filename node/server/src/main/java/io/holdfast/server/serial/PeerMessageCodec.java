package io.holdfast.server.serial;

import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Floor;
import io.holdfast.core.raft.Floors;
import io.holdfast.core.raft.NodeHealth;
import io.holdfast.core.raft.PeerMessage;
import io.holdfast.core.raft.PeerMessage.AppendRequest;
import io.holdfast.core.raft.PeerMessage.AppendResponse;
import io.holdfast.core.raft.PeerMessage.ImageAck;
import io.holdfast.core.raft.PeerMessage.ImageChunk;
import io.holdfast.core.raft.PeerMessage.LogState;
import io.holdfast.core.raft.PeerMessage.PreVoteRequest;
import io.holdfast.core.raft.PeerMessage.PreVoteResponse;
import io.holdfast.core.raft.PeerMessage.TimeoutNow;
import io.holdfast.core.raft.PeerMessage.VoteRequest;
import io.holdfast.core.raft.PeerMessage.VoteResponse;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Messages between replicas, by hand: they are most of the traffic between sites. */
final class PeerMessageCodec {
    private static final byte PRE_VOTE_REQUEST = 1;
    private static final byte PRE_VOTE_RESPONSE = 2;
    private static final byte VOTE_REQUEST = 3;
    private static final byte VOTE_RESPONSE = 4;
    private static final byte APPEND_REQUEST = 5;
    private static final byte APPEND_RESPONSE = 6;
    private static final byte IMAGE_CHUNK = 7;
    private static final byte IMAGE_ACK = 8;
    private static final byte TIMEOUT_NOW = 9;

    private static final byte MATCHES = 0;
    private static final byte CONFLICT = 1;
    private static final byte INSTALLING = 2;

    private PeerMessageCodec() {}

    static void write(Output out, PeerMessage message) {
        if (message instanceof AppendRequest m) {
            header(out, APPEND_REQUEST, m);
            out.writeLong(m.stamp());
            out.writeLong(m.prevIndex());
            out.writeLong(m.prevTerm());
            Fields.writeEntries(out, m.entries());
            out.writeLong(m.commitIndex());
            out.writeLong(m.asOfWallMillis());
            out.writeBoolean(m.quiesce());
            writeFloors(out, m.floors());
        } else if (message instanceof AppendResponse m) {
            header(out, APPEND_RESPONSE, m);
            out.writeLong(m.stamp());
            out.writeLong(m.clock());
            out.writeLong(m.wallMillis());
            out.writeLong(m.life());
            out.writeLong(m.promiseNanos());
            out.writeLong(m.matchIndex());
            writeLogState(out, m.logState());
            writeHealth(out, m.health());
        } else if (message instanceof PreVoteRequest m) {
            header(out, PRE_VOTE_REQUEST, m);
            out.writeLong(m.lastIndex());
            out.writeLong(m.lastTerm());
            out.writeLong(m.commitIndex());
            out.writeLong(m.commitTerm());
            writeFloors(out, m.floors());
        } else if (message instanceof PreVoteResponse m) {
            header(out, PRE_VOTE_RESPONSE, m);
            out.writeBoolean(m.granted());
            out.writeLong(m.retryAfterNanos());
            writeFloors(out, m.floors());
        } else if (message instanceof VoteRequest m) {
            header(out, VOTE_REQUEST, m);
            out.writeLong(m.lastIndex());
            out.writeLong(m.lastTerm());
            out.writeBoolean(m.transfer());
            writeFloors(out, m.floors());
        } else if (message instanceof VoteResponse m) {
            header(out, VOTE_RESPONSE, m);
            out.writeBoolean(m.granted());
            writeFloors(out, m.floors());
        } else if (message instanceof ImageChunk m) {
            header(out, IMAGE_CHUNK, m);
            out.writeLong(m.imageIndex());
            out.writeLong(m.imageTerm());
            out.writeInt(m.number());
            out.writeInt(m.count());
            out.writeInt(m.checksum());
            Fields.writeBytes(out, m.bytes());
        } else if (message instanceof ImageAck m) {
            header(out, IMAGE_ACK, m);
            out.writeLong(m.imageIndex());
            out.writeInt(m.nextNumber());
        } else {
            header(out, TIMEOUT_NOW, message);
        }
    }

    private static void header(Output out, byte kind, PeerMessage message) {
        out.writeByte(kind);
        Fields.writeSite(out, message.from());
        out.writeLong(message.identity());
        out.writeLong(message.term());
    }

    private static void writeLogState(Output out, LogState state) {
        if (state instanceof LogState.Conflict conflict) {
            out.writeByte(CONFLICT);
            out.writeLong(conflict.rejectedIndex());
            out.writeLong(conflict.hintIndex());
        } else if (state instanceof LogState.Installing installing) {
            out.writeByte(INSTALLING);
            out.writeLong(installing.imageIndex());
        } else {
            out.writeByte(MATCHES);
        }
    }

    private static void writeHealth(Output out, NodeHealth health) {
        out.writeBoolean(health.full());
        out.writeBoolean(health.storageSlow());
        out.writeBoolean(health.late());
        out.writeVarInt(health.unreachable().size(), true);
        health.unreachable().forEach(site -> Fields.writeSite(out, site));
    }

    private static NodeHealth readHealth(Input in) {
        boolean full = in.readBoolean();
        boolean storageSlow = in.readBoolean();
        boolean late = in.readBoolean();
        int count = in.readVarInt(true);
        if (!full && !storageSlow && !late && count == 0) {
            return NodeHealth.GOOD;
        }
        var unreachable = new TreeSet<SiteId>();
        for (int i = 0; i < count; i++) {
            unreachable.add(Fields.readSite(in));
        }
        return new NodeHealth(full, storageSlow, late, unreachable);
    }

    private static void writeFloors(Output out, Floors floors) {
        out.writeVarInt(floors.bySite().size(), true);
        for (Map.Entry<SiteId, Floor> each : floors.bySite().entrySet()) {
            Fields.writeSite(out, each.getKey());
            out.writeLong(each.getValue().identity());
            out.writeLong(each.getValue().term());
            out.writeLong(each.getValue().index());
        }
    }

    private static Floors readFloors(Input in) {
        int count = in.readVarInt(true);
        if (count == 0) {
            return Floors.NONE;
        }
        var bySite = new TreeMap<SiteId, Floor>();
        for (int i = 0; i < count; i++) {
            bySite.put(Fields.readSite(in), new Floor(in.readLong(), in.readLong(), in.readLong()));
        }
        return new Floors(bySite);
    }

    static PeerMessage read(Input in) {
        byte kind = in.readByte();
        SiteId from = Fields.readSite(in);
        long identity = in.readLong();
        long term = in.readLong();
        return switch (kind) {
            case APPEND_REQUEST ->
                new AppendRequest(
                        from,
                        identity,
                        term,
                        in.readLong(),
                        in.readLong(),
                        in.readLong(),
                        Fields.readEntries(in),
                        in.readLong(),
                        in.readLong(),
                        in.readBoolean(),
                        readFloors(in));
            case APPEND_RESPONSE ->
                new AppendResponse(
                        from,
                        identity,
                        term,
                        in.readLong(),
                        in.readLong(),
                        in.readLong(),
                        in.readLong(),
                        in.readLong(),
                        in.readLong(),
                        readLogState(in),
                        readHealth(in));
            case PRE_VOTE_REQUEST ->
                new PreVoteRequest(
                        from,
                        identity,
                        term,
                        in.readLong(),
                        in.readLong(),
                        in.readLong(),
                        in.readLong(),
                        readFloors(in));
            case PRE_VOTE_RESPONSE ->
                new PreVoteResponse(from, identity, term, in.readBoolean(), in.readLong(), readFloors(in));
            case VOTE_REQUEST ->
                new VoteRequest(from, identity, term, in.readLong(), in.readLong(), in.readBoolean(), readFloors(in));
            case VOTE_RESPONSE -> new VoteResponse(from, identity, term, in.readBoolean(), readFloors(in));
            case IMAGE_CHUNK ->
                new ImageChunk(
                        from,
                        identity,
                        term,
                        in.readLong(),
                        in.readLong(),
                        in.readInt(),
                        in.readInt(),
                        in.readInt(),
                        Fields.readBytes(in));
            case IMAGE_ACK -> new ImageAck(from, identity, term, in.readLong(), in.readInt());
            case TIMEOUT_NOW -> new TimeoutNow(from, identity, term);
            default -> throw new IllegalArgumentException("unknown kind " + kind + " of a message between replicas");
        };
    }

    private static LogState readLogState(Input in) {
        byte kind = in.readByte();
        return switch (kind) {
            case MATCHES -> new LogState.Matches();
            case CONFLICT -> new LogState.Conflict(in.readLong(), in.readLong());
            case INSTALLING -> new LogState.Installing(in.readLong());
            default -> throw new IllegalArgumentException("unknown state " + kind + " of a follower's log");
        };
    }
}
