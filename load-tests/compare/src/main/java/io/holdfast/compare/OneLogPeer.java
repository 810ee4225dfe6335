package io.holdfast.compare;

import java.io.IOException;
import java.util.OptionalInt;

/** A peer with one log, whose leader is the one that dies. */
abstract class OneLogPeer implements Peer {
    private final Members members;
    private int killed = -1;

    OneLogPeer(Members members) {
        this.members = members;
    }

    /** The member that leads, from 0. Fails while a member does not answer. */
    abstract OptionalInt leader();

    /** Whether the members have found each other. Fails while a member does not answer. */
    abstract boolean serves();

    final void awaitServing() throws IOException, InterruptedException {
        Patience.until(this::serves, () -> "The members of " + name() + " do not serve:\n" + members.output());
    }

    @Override
    public final int partitions() {
        return 1;
    }

    @Override
    public final String keyOf(int partition, int number) {
        return "gap/" + number;
    }

    @Override
    public final void killLeader() throws InterruptedException {
        killed = leader().orElseThrow(() -> new IllegalStateException(name() + " has no leader"));
        members.kill(killed);
    }

    @Override
    public final void bringBack() throws IOException, InterruptedException {
        members.startAgain(killed);
        awaitServing();
    }

    @Override
    public void close() {
        members.close();
    }
}
