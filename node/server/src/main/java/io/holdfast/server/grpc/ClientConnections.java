package io.holdfast.server.grpc;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.function.Consumer;

/**
 * Counts the connections of a node's clients, and closes at once what comes above a limit. Without one, clients that forget to close theirs take the
 * files that the process may open from its journal, at all sites, because each client connects to all of them. Thread-safe.
 */
@ChannelHandler.Sharable
final class ClientConnections extends ChannelInboundHandlerAdapter {
    /** Full ends a little below where it begins, or it would come and go with every client. */
    private static final double ROOM_AGAIN = 0.95;

    private final int limit;
    private int open;
    private boolean full;
    private Consumer<Boolean> listener = changed -> {};

    ClientConnections(int limit) {
        this.limit = limit;
    }

    /** @param changed is told whether it is full, at once if it is, and then with each change; must not block */
    synchronized void onChange(Consumer<Boolean> changed) {
        listener = changed;
        if (full) {
            changed.accept(true);
        }
    }

    /** In the pipeline of the channel that listens, where what is read is a connection. */
    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        var connection = (Channel) accepted;
        if (!enter()) {
            connection.unsafe().closeForcibly();
            return;
        }
        connection.closeFuture().addListener(closed -> leave());
        context.fireChannelRead(accepted);
    }

    private synchronized boolean enter() {
        if (open < limit) {
            open++;
            return true;
        }
        become(true);
        return false;
    }

    private synchronized void leave() {
        open--;
        if (full && open <= limit * ROOM_AGAIN) {
            become(false);
        }
    }

    private void become(boolean fullNow) {
        if (full != fullNow) {
            full = fullNow;
            listener.accept(fullNow);
        }
    }
}
