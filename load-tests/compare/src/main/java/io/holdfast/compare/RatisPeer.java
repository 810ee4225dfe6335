package io.holdfast.compare;

import io.holdfast.compare.ratis.Group;
import io.holdfast.compare.ratis.Messages;
import io.holdfast.compare.ratis.RatisMember;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;

/**
 * Apache Ratis, the Raft of Apache Ozone, with a map on top. Chosen as the peer in pure Java because it is in Maven Central, is in
 * production under a large store, keeps its log on disk with fsync, and needs no installation; Ignite 3 is a whole database beside it.
 */
final class RatisPeer extends OneLogPeer {
    private static final String HEAP = "-Xmx800m";
    private static final long CLOSE_MILLIS = 5_000;

    private final RaftGroup group;
    private final RaftClient admin;

    private RatisPeer(Members members, RaftGroup group) {
        super(members);
        this.group = group;
        this.admin = Group.client(group);
    }

    static RatisPeer start(int basePort) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("holdfast-compare-ratis-");
        Members members = Members.start(directory, member -> command(directory, basePort, member));
        RatisPeer peer = new RatisPeer(members, Group.of(basePort, Members.COUNT));
        peer.awaitServing();
        return peer;
    }

    private static List<String> command(Path directory, int basePort, int member) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-cp",
                System.getProperty("java.class.path"),
                RatisMember.class.getName(),
                directory.resolve("m" + member).toString(),
                Integer.toString(basePort),
                Integer.toString(Members.COUNT),
                Integer.toString(member));
    }

    private RoleInfoProto role(int member) {
        try {
            return admin.getGroupManagementApi(Group.peer(member))
                    .info(group.getGroupId())
                    .getRoleInfoProto();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    OptionalInt leader() {
        return IntStream.range(0, Members.COUNT)
                .filter(member -> role(member).getRole() == RaftPeerRole.LEADER)
                .findFirst();
    }

    @Override
    boolean serves() {
        return IntStream.range(0, Members.COUNT).mapToObj(this::role).allMatch(RatisPeer::leadsOrFollows);
    }

    private static boolean leadsOrFollows(RoleInfoProto role) {
        boolean follows = role.getRole() == RaftPeerRole.FOLLOWER
                && !role.getFollowerInfo().getLeaderInfo().getId().getId().isEmpty();
        return role.getRole() == RaftPeerRole.LEADER || follows;
    }

    @Override
    public String name() {
        return "Ratis";
    }

    @Override
    public String description() {
        return "three members of Apache Ratis 3.2.0 (fsync, one Raft group, election after 0.6 to 1.2 s, else its defaults, "
                + HEAP.substring(4)
                + " heap) under a map, gets linearizable at the leader under a lease; its client, one";
    }

    @Override
    public Store connect() {
        RaftClient client = Group.client(group);
        return new Store() {
            @Override
            public CompletableFuture<?> put(String key, byte[] value) {
                return client.async().send(Messages.put(key, value)).thenAccept(RatisPeer::requireSuccess);
            }

            @Override
            public CompletableFuture<Boolean> get(String key) {
                return client.async().sendReadOnly(Messages.get(key)).thenApply(reply -> {
                    requireSuccess(reply);
                    return reply.getMessage().getContent().size() > 0;
                });
            }

            @Override
            public void close() {
                closeInTime(client);
            }
        };
    }

    /** Ratis' client waits at its end for requests to a member that is gone; whoever measures does not wait with it. */
    private static void closeInTime(RaftClient client) {
        Thread closing = new Thread(
                () -> {
                    try {
                        client.close();
                    } catch (IOException failed) {
                        throw new UncheckedIOException(failed);
                    }
                },
                "ratis-client-close");
        closing.setDaemon(true);
        closing.start();
        try {
            closing.join(CLOSE_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void requireSuccess(RaftClientReply reply) {
        if (!reply.isSuccess()) {
            throw new CompletionException(reply.getException());
        }
    }

    @Override
    public void close() {
        closeInTime(admin);
        super.close();
    }
}
