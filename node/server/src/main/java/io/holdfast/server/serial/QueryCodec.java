package io.holdfast.server.serial;

import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.holdfast.core.Bytes;
import io.holdfast.core.partition.Reply;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.Query;
import io.holdfast.core.store.ReadWriteSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads, their answers and the outcomes of writes, by hand. */
final class QueryCodec {
    private static final byte GET = 1;
    private static final byte SCAN = 2;
    private static final byte FOR_TIME = 3;
    private static final byte VALIDATE = 4;

    private static final byte ABSENT = 0;
    private static final byte VALUE = 1;
    private static final byte PAGE = 2;
    private static final byte DATED = 3;
    private static final byte VALIDITY = 4;
    private static final byte DENIED = 5;

    private static final byte WRITTEN = 1;
    private static final byte ANSWERED = 2;
    private static final byte REFUSED = 3;

    private static final Outcome.Kind[] OUTCOMES = Outcome.Kind.values();
    private static final Reply.Refusal[] REFUSALS = Reply.Refusal.values();
    private static final Query.Denial[] DENIALS = Query.Denial.values();

    private QueryCodec() {}

    static void writeQueries(Output out, List<Query> queries) {
        out.writeVarInt(queries.size(), true);
        queries.forEach(query -> writeQuery(out, query));
    }

    private static void writeQuery(Output out, Query query) {
        if (query instanceof Query.Get get) {
            out.writeByte(GET);
            Fields.writeBytes(out, get.key());
        } else if (query instanceof Query.Scan scan) {
            out.writeByte(SCAN);
            Fields.writeBytes(out, scan.prefix());
            out.writeBoolean(scan.after().isPresent());
            scan.after().ifPresent(after -> Fields.writeBytes(out, after));
            out.writeInt(scan.maxEntries());
            out.writeInt(scan.maxBytes());
            out.writeBoolean(scan.keysOnly());
        } else if (query instanceof Query.ForTime forTime) {
            out.writeByte(FOR_TIME);
            out.writeBoolean(forTime.at().isPresent());
            forTime.at().ifPresent(out::writeLong);
            writeQuery(out, forTime.query());
        } else {
            out.writeByte(VALIDATE);
            Fields.writeBytes(out, ((Query.Validate) query).set().encode());
        }
    }

    static List<Query> readQueries(Input in) {
        int count = Fields.readLength(in);
        var queries = new ArrayList<Query>(count);
        for (int i = 0; i < count; i++) {
            queries.add(readQuery(in));
        }
        return queries;
    }

    private static Query readQuery(Input in) {
        return readQuery(in, in.readByte());
    }

    /** A query for a timestamp holds a plain one, and no other of its kind: bytes that are none of ours must not lead ever deeper. */
    private static Query.Plain readPlain(Input in) {
        byte kind = in.readByte();
        if (kind == FOR_TIME || !(readQuery(in, kind) instanceof Query.Plain plain)) {
            throw new IllegalArgumentException("a query for a timestamp holds one that is no get and no scan");
        }
        return plain;
    }

    private static Query readQuery(Input in, byte kind) {
        return switch (kind) {
            case GET -> new Query.Get(Fields.readBytes(in));
            case SCAN ->
                new Query.Scan(
                        Fields.readBytes(in),
                        in.readBoolean() ? Optional.of(Fields.readBytes(in)) : Optional.empty(),
                        in.readInt(),
                        in.readInt(),
                        in.readBoolean());
            case FOR_TIME -> {
                OptionalLong at = in.readBoolean() ? OptionalLong.of(in.readLong()) : OptionalLong.empty();
                yield new Query.ForTime(readPlain(in), at);
            }
            case VALIDATE -> new Query.Validate(ReadWriteSet.decode(Fields.readBytes(in)));
            default -> throw new IllegalArgumentException("unknown kind " + kind + " of a query");
        };
    }

    static void writeReply(Output out, Reply reply) {
        if (reply instanceof Reply.Written written) {
            out.writeByte(WRITTEN);
            out.writeLong(written.token());
            out.writeVarInt(written.outcomes().size(), true);
            for (Outcome outcome : written.outcomes()) {
                out.writeByte(outcome.kind().ordinal());
                out.writeLong(outcome.version());
            }
        } else if (reply instanceof Reply.Answered answered) {
            out.writeByte(ANSWERED);
            out.writeLong(answered.token());
            out.writeVarInt(answered.answers().size(), true);
            answered.answers().forEach(answer -> writeAnswer(out, answer));
        } else {
            var refused = (Reply.Refused) reply;
            out.writeByte(REFUSED);
            out.writeLong(refused.token());
            out.writeByte(refused.reason().ordinal());
            Fields.writeOptionalSite(out, refused.leader());
        }
    }

    static Reply readReply(Input in) {
        byte kind = in.readByte();
        long token = in.readLong();
        return switch (kind) {
            case WRITTEN -> {
                int count = Fields.readLength(in);
                var outcomes = new ArrayList<Outcome>(count);
                for (int i = 0; i < count; i++) {
                    outcomes.add(new Outcome(OUTCOMES[in.readByte()], in.readLong()));
                }
                yield new Reply.Written(token, outcomes);
            }
            case ANSWERED -> {
                int count = Fields.readLength(in);
                var answers = new ArrayList<Query.Answer>(count);
                for (int i = 0; i < count; i++) {
                    answers.add(readAnswer(in));
                }
                yield new Reply.Answered(token, answers);
            }
            case REFUSED -> new Reply.Refused(token, REFUSALS[in.readByte()], Fields.readOptionalSite(in));
            default -> throw new IllegalArgumentException("unknown kind " + kind + " of a replica's reply");
        };
    }

    private static void writeAnswer(Output out, Query.Answer answer) {
        if (answer instanceof Query.Value value) {
            out.writeByte(value.value().isPresent() ? VALUE : ABSENT);
            value.value().ifPresent(bytes -> {
                Fields.writeBytes(out, bytes);
                out.writeLong(value.version());
            });
        } else if (answer instanceof Query.Page page) {
            out.writeByte(PAGE);
            out.writeBoolean(page.more());
            page.resumeBehind().ifPresent(key -> Fields.writeBytes(out, key));
            out.writeVarInt(page.skipped(), true);
            out.writeVarInt(page.entries().size(), true);
            for (Query.KeyValue entry : page.entries()) {
                Fields.writeBytes(out, entry.key());
                Fields.writeBytes(out, entry.value());
                out.writeLong(entry.version());
            }
        } else if (answer instanceof Query.Dated dated) {
            out.writeByte(DATED);
            out.writeLong(dated.validFrom());
            out.writeLong(dated.validUntil());
            writeAnswer(out, dated.answer());
        } else if (answer instanceof Query.Validity validity) {
            out.writeByte(VALIDITY);
            out.writeBoolean(validity.valid());
        } else {
            out.writeByte(DENIED);
            out.writeByte(((Query.Denied) answer).reason().ordinal());
        }
    }

    private static Query.Answer readAnswer(Input in) {
        return readAnswer(in, in.readByte());
    }

    private static Query.PlainAnswer readPlainAnswer(Input in) {
        byte kind = in.readByte();
        if (kind == DATED || !(readAnswer(in, kind) instanceof Query.PlainAnswer plain)) {
            throw new IllegalArgumentException("an answer for a timestamp holds neither a value nor a page");
        }
        return plain;
    }

    private static Query.Answer readAnswer(Input in, byte kind) {
        return switch (kind) {
            case ABSENT -> Query.Value.ABSENT;
            case VALUE -> new Query.Value(Optional.of(Fields.readBytes(in)), in.readLong());
            case PAGE -> {
                Optional<Bytes> resumeBehind = in.readBoolean() ? Optional.of(Fields.readBytes(in)) : Optional.empty();
                int skipped = in.readVarInt(true);
                int count = Fields.readLength(in);
                var entries = new ArrayList<Query.KeyValue>(count);
                for (int i = 0; i < count; i++) {
                    entries.add(new Query.KeyValue(Fields.readBytes(in), Fields.readBytes(in), in.readLong()));
                }
                yield new Query.Page(entries, resumeBehind, skipped);
            }
            case DATED -> {
                long from = in.readLong();
                long until = in.readLong();
                yield new Query.Dated(readPlainAnswer(in), from, until);
            }
            case VALIDITY -> new Query.Validity(in.readBoolean());
            case DENIED -> new Query.Denied(DENIALS[in.readByte()]);
            default -> throw new IllegalArgumentException("unknown kind " + kind + " of an answer");
        };
    }
}
