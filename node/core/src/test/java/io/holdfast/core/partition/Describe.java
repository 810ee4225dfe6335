package io.holdfast.core.partition;

import io.holdfast.core.raft.Entry;
import io.holdfast.core.raft.LogWrite;
import io.holdfast.core.raft.PeerMessage;
import io.holdfast.core.raft.PeerMessage.AppendRequest;
import io.holdfast.core.raft.PeerMessage.AppendResponse;
import io.holdfast.core.raft.PeerMessage.ImageAck;
import io.holdfast.core.raft.PeerMessage.ImageChunk;
import io.holdfast.core.raft.PeerMessage.LogState;
import io.holdfast.core.raft.PeerMessage.PreVoteRequest;
import io.holdfast.core.raft.PeerMessage.PreVoteResponse;
import io.holdfast.core.raft.PeerMessage.VoteRequest;
import io.holdfast.core.raft.PeerMessage.VoteResponse;
import io.holdfast.core.store.CommandBatch;
import io.holdfast.core.store.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Messages, writes and replies in a line each, as transcripts show them. Stamps and clocks are left out: they are noise. */
final class Describe {
    private Describe() {}

    static String message(PeerMessage message) {
        String head = message.getClass().getSimpleName() + " term=" + message.term();
        if (message instanceof PreVoteRequest request) {
            return head + " last=" + request.lastIndex() + "/" + request.lastTerm();
        } else if (message instanceof PreVoteResponse response) {
            String retry = response.retryAfterNanos() > 0
                    ? " retry-after=" + response.retryAfterNanos() / Settings.MILLI + "ms"
                    : "";
            return head + (response.granted() ? " granted" : " refused") + retry;
        } else if (message instanceof VoteRequest request) {
            String transfer = request.transfer() ? " transfer" : "";
            return head + " last=" + request.lastIndex() + "/" + request.lastTerm() + transfer;
        } else if (message instanceof VoteResponse response) {
            return head + (response.granted() ? " granted" : " refused");
        } else if (message instanceof AppendRequest request) {
            String prev = " prev=" + request.prevIndex() + "/" + request.prevTerm();
            String quiesce = request.quiesce() ? " quiesce" : "";
            return head + prev + " commit=" + request.commitIndex() + entries(request.entries()) + quiesce;
        } else if (message instanceof AppendResponse response) {
            return head + " match=" + response.matchIndex() + logState(response.logState());
        } else if (message instanceof ImageChunk chunk) {
            String part = " part=" + (chunk.number() + 1) + "/" + chunk.count();
            return head + " image=" + chunk.imageIndex() + "/" + chunk.imageTerm() + part;
        } else if (message instanceof ImageAck ack) {
            return head + " image=" + ack.imageIndex() + " next-part=" + (ack.nextNumber() + 1);
        }
        return head;
    }

    private static String logState(LogState state) {
        if (state instanceof LogState.Conflict conflict) {
            return " conflict at=" + conflict.rejectedIndex() + " hint=" + conflict.hintIndex();
        } else if (state instanceof LogState.Installing installing) {
            return " installing=" + installing.imageIndex();
        }
        return "";
    }

    static String entries(List<Entry> entries) {
        return entries.stream().map(Describe::entry).collect(Collectors.joining(" ", entries.isEmpty() ? "" : " ", ""));
    }

    private static String entry(Entry entry) {
        String name = entry.index() + "/" + entry.term();
        return entry.kind() == Entry.Kind.COMMANDS
                ? "[" + name + " x" + CommandBatch.decode(entry.payload()).size() + "]"
                : "[" + name + " " + entry.kind().name().toLowerCase(java.util.Locale.ROOT) + "]";
    }

    static String write(LogWrite write) {
        var parts = new ArrayList<String>();
        write.hardState()
                .ifPresent(state -> parts.add("term=" + state.term() + " vote="
                        + state.vote().map(Object::toString).orElse("-")));
        write.truncateFrom().ifPresent(from -> parts.add("truncate-from=" + from));
        if (!write.entries().isEmpty()) {
            parts.add(entries(write.entries()).trim());
        }
        parts.add("commit=" + write.commitIndex());
        return String.join(" ", parts);
    }

    static String reply(Reply reply) {
        if (reply instanceof Reply.Written written) {
            String outcomes = written.outcomes().stream()
                    .map(outcome -> outcome.kind().name().toLowerCase(java.util.Locale.ROOT))
                    .collect(Collectors.joining(" "));
            return "#" + written.token() + " " + outcomes;
        } else if (reply instanceof Reply.Answered answered) {
            var value = (Query.Value) answered.answers().get(0);
            return "#" + answered.token() + " "
                    + value.value().map(it -> "\"" + it.toUtf8() + "\"").orElse("absent");
        }
        var refused = (Reply.Refused) reply;
        String elsewhere = refused.leader().map(site -> ", ask " + site).orElse("");
        return "#" + refused.token() + " refused: " + refused.reason() + elsewhere;
    }

    static String state(Replica replica) {
        if (!replica.up()) {
            return "down";
        }
        PartitionView view = replica.core().view();
        return view.role() + " term=" + view.term() + " leader="
                + view.leader().map(Object::toString).orElse("-") + " last=" + view.lastIndex() + " commit="
                + view.commitIndex() + " durable=" + replica.core().raft().durableIndex()
                + (replica.core().needsTicks() ? "" : " silent");
    }
}
