package io.holdfast.core.sim;

import io.holdfast.core.raft.Entry;
import io.holdfast.core.raft.LogWrite;
import io.holdfast.core.raft.PeerMessage;
import io.holdfast.core.raft.PeerMessage.AppendRequest;
import io.holdfast.core.raft.PeerMessage.AppendResponse;
import io.holdfast.core.raft.PeerMessage.ImageChunk;
import io.holdfast.core.store.CommandBatch;
import java.util.List;

/** Short texts for timelines. */
final class Texts {
    private Texts() {}

    static String of(PeerMessage message) {
        String from = message.from() + " t" + message.term() + " ";
        if (message instanceof AppendRequest it) {
            return from + "append after " + it.prevIndex() + "/t" + it.prevTerm() + " " + of(it.entries()) + " commit "
                    + it.commitIndex() + " stamp " + it.stamp() + (it.quiesce() ? " quiesce" : "");
        }
        if (message instanceof AppendResponse it) {
            return from + "match " + it.matchIndex() + " " + it.logState() + " stamp " + it.stamp() + " id "
                    + it.identity();
        }
        if (message instanceof ImageChunk it) {
            return from + "image " + it.imageIndex() + " chunk " + it.number() + "/" + it.count();
        }
        return message.toString();
    }

    static String of(List<Entry> entries) {
        if (entries.isEmpty()) {
            return "[]";
        }
        Entry first = entries.get(0);
        Entry last = entries.get(entries.size() - 1);
        return "[" + first.kind() + " " + first.index() + "/t" + first.term() + " .. " + last.kind() + " "
                + last.index() + "/t" + last.term() + "]";
    }

    static String of(LogWrite write) {
        return write.number() + ": " + write.hardState().map(Object::toString).orElse("")
                + (write.truncateFrom().isPresent()
                        ? " truncate from " + write.truncateFrom().getAsLong()
                        : "")
                + " " + of(write.entries()) + " commit " + write.commitIndex() + commands(write.entries());
    }

    /** What the entries hold, with their timestamps. */
    private static String commands(List<Entry> entries) {
        var text = new StringBuilder();
        for (Entry entry : entries) {
            if (entry.kind() == Entry.Kind.COMMANDS) {
                text.append(" at ").append(entry.timestamp()).append(' ').append(CommandBatch.decode(entry.payload()));
            }
        }
        return text.toString();
    }
}
