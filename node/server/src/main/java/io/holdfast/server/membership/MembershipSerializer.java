package io.holdfast.server.membership;

import io.holdfast.server.membership.MembershipMessage.Probe;
import io.holdfast.server.membership.MembershipMessage.ProbeAnswer;
import io.holdfast.server.membership.MembershipMessage.PromiseAnswer;
import io.holdfast.server.membership.MembershipMessage.PromiseRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/**
 * The messages of {@link MembershipMessage}. They have a serializer of their own, because nodes of different versions must
 * understand each other before they are in one cluster: a change needs a new manifest.
 */
public final class MembershipSerializer extends SerializerWithStringManifest {
    private static final int MOST_MEMBERS = 10_000;

    @Override
    public int identifier() {
        return 740_003;
    }

    @Override
    public String manifest(Object message) {
        if (message instanceof Probe) {
            return "P1";
        } else if (message instanceof ProbeAnswer) {
            return "A1";
        } else if (message instanceof PromiseRequest) {
            return "Q1";
        } else if (message instanceof PromiseAnswer) {
            return "R1";
        }
        throw new IllegalArgumentException("no message of the membership: " + message.getClass());
    }

    @Override
    public byte[] toBinary(Object message) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            if (message instanceof Probe probe) {
                out.writeLong(probe.askedNanos());
            } else if (message instanceof ProbeAnswer answer) {
                write(answer, out);
            } else if (message instanceof PromiseRequest request) {
                out.writeLong(request.askedNanos());
                write(request.founder(), out);
                out.writeLong(request.clusterId());
            } else if (message instanceof PromiseAnswer answer) {
                out.writeLong(answer.askedNanos());
                out.writeUTF(answer.site());
                out.writeBoolean(answer.granted());
            } else {
                throw new IllegalArgumentException("no message of the membership: " + message.getClass());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            return switch (manifest) {
                case "P1" -> new Probe(in.readLong());
                case "A1" -> readAnswer(in);
                case "Q1" -> new PromiseRequest(in.readLong(), readIncarnation(in), in.readLong());
                case "R1" -> new PromiseAnswer(in.readLong(), in.readUTF(), in.readBoolean());
                default -> throw new NotSerializableException("unknown message of the membership: " + manifest);
            };
        } catch (NotSerializableException e) {
            throw e;
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new NotSerializableException("a message of the membership, " + manifest + ", is damaged: " + e);
        }
    }

    private static void write(ProbeAnswer answer, DataOutput out) throws IOException {
        out.writeLong(answer.askedNanos());
        write(answer.self(), out);
        out.writeUTF(answer.site());
        out.writeUTF(answer.topology());
        out.writeUTF(answer.standing().name());
        out.writeLong(answer.identity());
        out.writeBoolean(answer.genesis().isPresent());
        if (answer.genesis().isPresent()) {
            answer.genesis().get().write(out);
        }
        out.writeInt(answer.members().size());
        for (Incarnation member : answer.members()) {
            write(member, out);
        }
        out.writeInt(answer.sight().size());
        for (String site : answer.sight()) {
            out.writeUTF(site);
        }
    }

    private static ProbeAnswer readAnswer(DataInput in) throws IOException {
        return new ProbeAnswer(
                in.readLong(),
                readIncarnation(in),
                in.readUTF(),
                in.readUTF(),
                Standing.valueOf(in.readUTF()),
                in.readLong(),
                in.readBoolean() ? Optional.of(Genesis.read(in)) : Optional.empty(),
                readList(in, () -> readIncarnation(in)),
                readList(in, in::readUTF));
    }

    private static void write(Incarnation incarnation, DataOutput out) throws IOException {
        out.writeUTF(incarnation.address());
        out.writeLong(incarnation.uid());
    }

    private static Incarnation readIncarnation(DataInput in) throws IOException {
        return new Incarnation(in.readUTF(), in.readLong());
    }

    private static <T> List<T> readList(DataInput in, Element<T> element) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > MOST_MEMBERS) {
            throw new IOException("a list of " + count);
        }
        var list = new ArrayList<T>();
        for (int i = 0; i < count; i++) {
            list.add(element.read());
        }
        return list;
    }

    private interface Element<T> {
        T read() throws IOException;
    }
}
