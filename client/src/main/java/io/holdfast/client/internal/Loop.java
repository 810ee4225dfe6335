package io.holdfast.client.internal;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.EventLoop;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a client: Netty's event loop, which reads and writes all its connections and runs everything that
 * decides. Nothing of the client's state is shared, so nothing is locked, and a request crosses threads only twice.
 */
final class Loop {
    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
    // Several values of 1 MiB may come in one batch of responses.
    private static final int MAX_MESSAGE_BYTES = 64 << 20;
    private static final int WINDOW_BYTES = 4 << 20;

    private final MultiThreadIoEventLoopGroup group;
    private final EventLoop thread;
    private final Class<? extends Channel> socket;

    Loop() {
        boolean epoll = Epoll.isAvailable();
        group = new MultiThreadIoEventLoopGroup(
                1,
                // A daemon: a client that nobody closed must not keep the process alive.
                new DefaultThreadFactory("holdfast-client", true),
                epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        thread = group.next();
        socket = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    ManagedChannel channel(Endpoint endpoint) {
        return NettyChannelBuilder.forTarget(endpoint.target())
                .eventLoopGroup(group)
                .channelType(socket)
                .directExecutor()
                .usePlaintext()
                .disableRetry()
                .disableServiceConfigLookUp()
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .flowControlWindow(WINDOW_BYTES)
                .build();
    }

    boolean inLoop() {
        return thread.inEventLoop();
    }

    /** Runs it on the thread; returns false if that has ended. */
    boolean execute(Runnable task) {
        try {
            thread.execute(guard(task));
            return true;
        } catch (RejectedExecutionException ended) {
            LOG.debug("The client's thread has ended", ended);
            return false;
        }
    }

    /** Runs it now if this is the thread, else on the thread. gRPC reports some ends of calls from threads of its own. */
    void onLoop(Runnable task) {
        if (inLoop()) {
            guard(task).run();
        } else {
            execute(task);
        }
    }

    void schedule(Runnable task, long delayNanos) {
        if (!thread.isShuttingDown()) {
            thread.schedule(guard(task), delayNanos, TimeUnit.NANOSECONDS);
        }
    }

    /** Ends the thread, and waits for that unless it is the thread that asks. */
    void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS);
        if (!inLoop()) {
            group.terminationFuture().awaitUninterruptibly(5, TimeUnit.SECONDS);
        }
    }

    private static Runnable guard(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error bug) {
                // The operations concerned still end: each has a timer of its own.
                LOG.error("A bug in the Holdfast client; please report it", bug);
            }
        };
    }
}
