package io.holdfast.compare.ratis;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;

/** The replicated map. It takes no snapshots: a restart replays the log, as it does in a short run of any store. */
final class MapMachine extends BaseStateMachine {
    private final Map<ByteString, ByteString> map = new ConcurrentHashMap<>();

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = transaction.getLogEntry();
        ByteString put = entry.getStateMachineLogEntry().getLogData();
        map.put(Messages.key(put), Messages.value(put));
        updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
        return CompletableFuture.completedFuture(Message.EMPTY);
    }

    @Override
    public CompletableFuture<Message> query(Message request) {
        ByteString found = map.get(Messages.key(request.getContent()));
        return CompletableFuture.completedFuture(found == null ? Message.EMPTY : Message.valueOf(found));
    }
}
