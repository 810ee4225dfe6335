package io.holdfast.server.grpc;

import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.IoHandlerFactory;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The channel that listens for clients, with a handler of ours before gRPC's. gRPC has no place for one; who brings the channel must bring its threads,
 * too. They are as many as gRPC would have.
 */
final class ListeningChannel {
    private static final int NETTY_DECIDES = 0;

    private final EventLoopGroup accepting = threads(1, "grpc-accept");
    private final EventLoopGroup serving = threads(NETTY_DECIDES, "grpc-serve");
    private final ChannelHandler first;

    ListeningChannel(ChannelHandler first) {
        this.first = first;
    }

    private static EventLoopGroup threads(int number, String name) {
        ThreadFactory factory = new DefaultThreadFactory(name, true);
        IoHandlerFactory events = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        return new MultiThreadIoEventLoopGroup(number, factory, events);
    }

    NettyServerBuilder in(NettyServerBuilder builder) {
        return builder.channelFactory(this::open).bossEventLoopGroup(accepting).workerEventLoopGroup(serving);
    }

    private ServerChannel open() {
        ServerChannel channel = Epoll.isAvailable() ? new EpollServerSocketChannel() : new NioServerSocketChannel();
        channel.pipeline().addFirst(first);
        return channel;
    }

    /** When nothing uses it any more. Returns at once. */
    void end() {
        accepting.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        serving.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
