package io.holdfast.server.serial;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.holdfast.core.Bytes;
import io.holdfast.core.partition.WriteConcern;
import io.holdfast.core.store.CommandBatch;
import io.holdfast.server.partition.Heartbeats;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.server.partition.ReplicaEnvelope;
import io.holdfast.server.partition.ReplicaMessage;
import io.holdfast.server.partition.ReplicaReply;
import java.util.ArrayList;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;

/** The hot wire messages, by hand. */
final class ReplicaSerializers {
    private static final byte FROM_PEER = 1;
    private static final byte WRITE = 2;
    private static final byte READ = 3;
    private static final byte TRANSFER = 4;
    private static final byte KEEP_ALIVE = 5;
    private static final byte NUDGE = 6;

    private static final WriteConcern[] CONCERNS = WriteConcern.values();

    private ReplicaSerializers() {}

    private static void writePartition(Output out, PartitionId partition) {
        Fields.writeBytes(out, Bytes.utf8(partition.keyspace()));
        out.writeVarInt(partition.number(), true);
    }

    private static PartitionId readPartition(Input in) {
        return new PartitionId(Fields.readBytes(in).toUtf8(), in.readVarInt(true));
    }

    static final class OfEnvelope extends Serializer<ReplicaEnvelope> {
        private final ActorRefResolver refs;

        OfEnvelope(ActorRefResolver refs) {
            super(false, true);
            this.refs = refs;
        }

        @Override
        public void write(Kryo kryo, Output out, ReplicaEnvelope envelope) {
            writePartition(out, envelope.partition());
            ReplicaMessage message = envelope.message();
            if (message instanceof ReplicaMessage.FromPeer fromPeer) {
                out.writeByte(FROM_PEER);
                PeerMessageCodec.write(out, fromPeer.message());
            } else if (message instanceof ReplicaMessage.Write write) {
                out.writeByte(WRITE);
                out.writeLong(write.requestId());
                out.writeAscii(refs.toSerializationFormat(write.replyTo()));
                out.writeByte(write.concern().ordinal());
                out.writeInt(write.timeoutMillis());
                Fields.writeBytes(out, CommandBatch.encode(write.commands()));
            } else if (message instanceof ReplicaMessage.Read read) {
                out.writeByte(READ);
                out.writeLong(read.requestId());
                out.writeAscii(refs.toSerializationFormat(read.replyTo()));
                out.writeLong(read.maxStalenessMillis());
                QueryCodec.writeQueries(out, read.queries());
            } else if (message instanceof ReplicaMessage.Transfer transfer) {
                out.writeByte(TRANSFER);
                out.writeString(transfer.toSite());
            } else if (message instanceof ReplicaMessage.KeepAlive) {
                out.writeByte(KEEP_ALIVE);
            } else if (message instanceof ReplicaMessage.Nudge) {
                out.writeByte(NUDGE);
            } else {
                throw new IllegalArgumentException(
                        message.getClass().getSimpleName() + " must not leave its node: it is an event of a replica");
            }
        }

        @Override
        public ReplicaEnvelope read(Kryo kryo, Input in, Class<? extends ReplicaEnvelope> type) {
            return new ReplicaEnvelope(readPartition(in), readMessage(in));
        }

        private ReplicaMessage readMessage(Input in) {
            byte kind = in.readByte();
            return switch (kind) {
                case FROM_PEER -> new ReplicaMessage.FromPeer(PeerMessageCodec.read(in));
                case WRITE ->
                    new ReplicaMessage.Write(
                            in.readLong(),
                            readRef(in),
                            CONCERNS[in.readByte()],
                            in.readInt(),
                            CommandBatch.decode(Fields.readBytes(in)));
                case READ -> {
                    long id = in.readLong();
                    ActorRef<ReplicaReply> replyTo = readRef(in);
                    long staleness = in.readLong();
                    yield new ReplicaMessage.Read(id, replyTo, QueryCodec.readQueries(in), staleness);
                }
                case TRANSFER -> new ReplicaMessage.Transfer(in.readString());
                case KEEP_ALIVE -> new ReplicaMessage.KeepAlive();
                case NUDGE -> new ReplicaMessage.Nudge();
                default -> throw new IllegalArgumentException("unknown kind " + kind + " of a message to a replica");
            };
        }

        private ActorRef<ReplicaReply> readRef(Input in) {
            return refs.resolveActorRef(in.readString());
        }
    }

    /** To a replica whose place is known: it needs no address in the message. */
    static final class OfFromPeer extends Serializer<ReplicaMessage.FromPeer> {
        OfFromPeer() {
            super(false, true);
        }

        @Override
        public void write(Kryo kryo, Output out, ReplicaMessage.FromPeer fromPeer) {
            PeerMessageCodec.write(out, fromPeer.message());
        }

        @Override
        public ReplicaMessage.FromPeer read(Kryo kryo, Input in, Class<? extends ReplicaMessage.FromPeer> type) {
            return new ReplicaMessage.FromPeer(PeerMessageCodec.read(in));
        }
    }

    static final class OfHeartbeats extends Serializer<Heartbeats> {
        OfHeartbeats() {
            super(false, true);
        }

        @Override
        public void write(Kryo kryo, Output out, Heartbeats heartbeats) {
            out.writeVarInt(heartbeats.items().size(), true);
            for (Heartbeats.Item item : heartbeats.items()) {
                writePartition(out, item.partition());
                out.writeAscii(item.sender());
                PeerMessageCodec.write(out, item.message());
            }
        }

        @Override
        public Heartbeats read(Kryo kryo, Input in, Class<? extends Heartbeats> type) {
            var items = new ArrayList<Heartbeats.Item>();
            for (int left = in.readVarInt(true); left > 0; left--) {
                items.add(new Heartbeats.Item(readPartition(in), in.readString(), PeerMessageCodec.read(in)));
            }
            return new Heartbeats(items);
        }
    }

    static final class OfReply extends Serializer<ReplicaReply> {
        OfReply() {
            super(false, true);
        }

        @Override
        public void write(Kryo kryo, Output out, ReplicaReply reply) {
            writePartition(out, reply.partition());
            out.writeString(reply.fromSite());
            QueryCodec.writeReply(out, reply.reply());
        }

        @Override
        public ReplicaReply read(Kryo kryo, Input in, Class<? extends ReplicaReply> type) {
            return new ReplicaReply(readPartition(in), in.readString(), QueryCodec.readReply(in));
        }
    }
}
