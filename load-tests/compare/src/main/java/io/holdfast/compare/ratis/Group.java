package io.holdfast.compare.ratis;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.client.RaftClientConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.retry.RetryPolicies;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.TimeDuration;

/** The one Raft group: its members and their settings, which are Ratis' defaults but for what is set here. */
public final class Group {
    private static final UUID ID = UUID.fromString("6f1d2f0e-0f0a-4f5a-9d5e-5a1f4e1c7b10");
    /** More than there are clients: Ratis' limit of 100 would make the others wait outside of it. */
    private static final int OUTSTANDING = 4096;

    private static final long ELECTION_MILLIS = 600;
    private static final TimeDuration ELECTION = TimeDuration.valueOf(ELECTION_MILLIS, TimeUnit.MILLISECONDS);
    private static final TimeDuration BETWEEN_TRIES = TimeDuration.valueOf(20, TimeUnit.MILLISECONDS);

    private Group() {}

    public static RaftGroup of(int basePort, int members) {
        List<RaftPeer> peers = IntStream.range(0, members)
                .mapToObj(i -> RaftPeer.newBuilder()
                        .setId(peer(i))
                        .setAddress("127.0.0.1:" + (basePort + i))
                        .build())
                .toList();
        return RaftGroup.valueOf(RaftGroupId.valueOf(ID), peers);
    }

    public static RaftPeerId peer(int member) {
        return RaftPeerId.valueOf("m" + member);
    }

    static RaftProperties serverProperties(Path directory, int port) {
        RaftProperties properties = new RaftProperties();
        RaftServerConfigKeys.setStorageDir(properties, List.of(directory.toFile()));
        GrpcConfigKeys.Server.setPort(properties, port);
        // Ratis' defaults of 150 to 300 ms make members on one busy machine elect for ever.
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, ELECTION);
        RaftServerConfigKeys.Rpc.setTimeoutMax(
                properties, TimeDuration.valueOf(2 * ELECTION_MILLIS, TimeUnit.MILLISECONDS));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, ELECTION);
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(
                properties, TimeDuration.valueOf(2 * ELECTION_MILLIS, TimeUnit.MILLISECONDS));
        // What Holdfast and etcd do as well: gets that see all that was acknowledged, and for Holdfast under a lease.
        RaftServerConfigKeys.Read.setOption(properties, RaftServerConfigKeys.Read.Option.LINEARIZABLE);
        RaftServerConfigKeys.Read.setLeaderLeaseEnabled(properties, true);
        return properties;
    }

    public static RaftClient client(RaftGroup group) {
        RaftProperties properties = new RaftProperties();
        RaftClientConfigKeys.Async.setOutstandingRequestsMax(properties, OUTSTANDING);
        return RaftClient.newBuilder()
                .setProperties(properties)
                .setRaftGroup(group)
                .setRetryPolicy(RetryPolicies.retryForeverWithSleep(BETWEEN_TRIES))
                .build();
    }
}
