package io.holdfast.compare;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.maintenance.StatusResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** etcd: three members as Debian's etcd-server ships them, with the defaults of its command line. */
final class EtcdPeer extends OneLogPeer {
    private static final List<Path> PROGRAMS =
            List.of(Path.of("/usr/bin/etcd"), Path.of("/usr/local/bin/etcd"), Path.of("/bin/etcd"));
    private static final int PORTS_OF_A_MEMBER = 2;
    private static final Duration STATUS = Duration.ofSeconds(2);

    private final int basePort;
    private final Client client;

    private EtcdPeer(Members members, int basePort) {
        super(members);
        this.basePort = basePort;
        this.client = Client.builder().endpoints(endpoints()).build();
    }

    /** Where the program is; empty if it is not installed. */
    static Optional<Path> program() {
        return PROGRAMS.stream().filter(Files::isExecutable).findFirst();
    }

    static EtcdPeer start(Path program, int basePort) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("holdfast-compare-etcd-");
        Members members = Members.start(directory, member -> command(program, directory, basePort, member));
        EtcdPeer peer = new EtcdPeer(members, basePort);
        peer.awaitServing();
        return peer;
    }

    private static List<String> command(Path program, Path directory, int basePort, int member) {
        String cluster = IntStream.range(0, Members.COUNT)
                .mapToObj(i -> "m" + i + "=" + url(basePort, i, 1))
                .collect(Collectors.joining(","));
        return List.of(
                program.toString(),
                "--name=m" + member,
                "--data-dir=" + directory.resolve("m" + member),
                "--listen-client-urls=" + url(basePort, member, 0),
                "--advertise-client-urls=" + url(basePort, member, 0),
                "--listen-peer-urls=" + url(basePort, member, 1),
                "--initial-advertise-peer-urls=" + url(basePort, member, 1),
                "--initial-cluster=" + cluster);
    }

    private static String url(int basePort, int member, int offset) {
        return "http://127.0.0.1:" + (basePort + PORTS_OF_A_MEMBER * member + offset);
    }

    private String[] endpoints() {
        return IntStream.range(0, Members.COUNT)
                .mapToObj(i -> url(basePort, i, 0))
                .toArray(String[]::new);
    }

    private StatusResponse status(int member) {
        return client.getMaintenanceClient()
                .statusMember(url(basePort, member, 0))
                .orTimeout(STATUS.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    @Override
    boolean serves() {
        return IntStream.range(0, Members.COUNT)
                .allMatch(member -> status(member).getLeader() != 0);
    }

    @Override
    OptionalInt leader() {
        return IntStream.range(0, Members.COUNT)
                .filter(member -> {
                    StatusResponse status = status(member);
                    return status.getLeader() == status.getHeader().getMemberId();
                })
                .findFirst();
    }

    @Override
    public String name() {
        return "etcd";
    }

    @Override
    public String description() {
        return "three members of etcd " + status(0).getVersion()
                + " with the defaults (fsync, one Raft group), gets linearizable by ReadIndex; jetcd, one client";
    }

    @Override
    public Store connect() {
        Client connected = Client.builder()
                .endpoints(endpoints())
                .loadBalancerPolicy("round_robin")
                .build();
        KV kv = connected.getKVClient();
        return new Store() {
            @Override
            public CompletableFuture<?> put(String key, byte[] value) {
                return kv.put(bytes(key), ByteSequence.from(value));
            }

            @Override
            public CompletableFuture<Boolean> get(String key) {
                return kv.get(bytes(key)).thenApply(found -> found.getCount() > 0);
            }

            @Override
            public void close() {
                connected.close();
            }
        };
    }

    private static ByteSequence bytes(String key) {
        return ByteSequence.from(key, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        client.close();
        super.close();
    }
}
