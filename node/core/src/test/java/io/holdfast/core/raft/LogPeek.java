package io.holdfast.core.raft;

/** Lets the checkers look at a replica's log without a public door in the production class. */
public final class LogPeek {
    private LogPeek() {}

    public static long baseIndex(RaftNode node) {
        return node.raft.log.baseIndex();
    }

    public static long baseTerm(RaftNode node) {
        return node.raft.log.baseTerm();
    }

    public static long lastTerm(RaftNode node) {
        return node.raft.log.lastTerm();
    }

    public static long termAt(RaftNode node, long index) {
        return node.raft.log.termAt(index);
    }

    public static Entry entry(RaftNode node, long index) {
        return node.raft.log.entry(index);
    }
}
