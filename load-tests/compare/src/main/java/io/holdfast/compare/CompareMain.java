package io.holdfast.compare;

import io.holdfast.compare.ClosedLoop.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The program: measures in turns, and writes the report. Its parameters are arguments {@code name=value}. */
public final class CompareMain {
    private static final int PRELOAD_IN_FLIGHT = 256;
    /** Kept here, because a logger that nobody holds forgets its level. */
    private static final Logger GRPC = Logger.getLogger("io.grpc");

    private final Path home;
    private final Path docs;
    private final Path raw;
    private final int port;
    private final int rounds;
    private final int kills;
    private final boolean append;
    private final List<Integer> clients;
    private final List<String> wanted;
    private final Duration firstWarmUp;
    private final Plan plan;

    private CompareMain(Parameters parameters) {
        home = Path.of(parameters.text("home", "../.."));
        docs = Path.of(parameters.text("docs", home.resolve("docs").toString()));
        raw = Path.of(parameters.text("results", "target/compare/results.csv"));
        port = parameters.number("port", 17600);
        rounds = parameters.number("rounds", 3);
        kills = parameters.number("kills", 9);
        append = parameters.text("append", "false").equals("true");
        clients = Arrays.stream(parameters.text("clients", "1,64,1000").split(","))
                .map(Integer::valueOf)
                .toList();
        wanted = List.of(parameters.text("peers", "holdfast,etcd,ratis").split(","));
        firstWarmUp = Duration.ofSeconds(parameters.number("first-warm-up", 30));
        byte[] value = new byte[parameters.number("value-size", 256)];
        new SplittableRandom(1).nextBytes(value);
        plan = new Plan(
                parameters.number("keys", 10_000),
                value,
                Duration.ofSeconds(parameters.number("warm-up", 2)),
                Duration.ofSeconds(parameters.number("seconds", 6)));
        parameters.requireAllKnown();
    }

    public static void main(String[] args) {
        int exit = 1;
        // Killed members make jetcd leave channels behind, about which gRPC complains with a stack trace each.
        GRPC.setLevel(Level.OFF);
        try {
            new CompareMain(Parameters.of(args)).run();
            exit = 0;
        } catch (IOException | InterruptedException | RuntimeException failed) {
            failed.printStackTrace();
        }
        // Clients of peers leave threads behind that are no daemons.
        System.exit(exit);
    }

    private void run() throws IOException, InterruptedException {
        if (!append) {
            Files.deleteIfExists(raw);
        }
        List<Peer> peers = new ArrayList<>();
        try {
            start(peers);
            measure(peers, Results.read(raw));
            report(peers);
        } finally {
            peers.forEach(Peer::close);
        }
    }

    private void start(List<Peer> peers) throws IOException, InterruptedException {
        for (String each : wanted) {
            say("starting " + each);
            switch (each) {
                case "holdfast" -> peers.add(HoldfastPeer.start(home, port));
                case "ratis" -> peers.add(RatisPeer.start(port + 60));
                case "etcd" -> {
                    Optional<Path> program = EtcdPeer.program();
                    if (program.isPresent()) {
                        peers.add(EtcdPeer.start(program.get(), port + 40));
                    } else {
                        say("etcd is not installed and is left out (Debian, Ubuntu: apt-get install etcd-server)");
                    }
                }
                default ->
                    throw new IllegalArgumentException("There is no peer '" + each + "': give holdfast, etcd, ratis.");
            }
        }
    }

    private void measure(List<Peer> peers, Results before) throws IOException, InterruptedException {
        int first = 1
                + before.cells().stream()
                        .filter(cell -> !cell.workload().equals(Cell.GAP))
                        .mapToInt(Cell::round)
                        .max()
                        .orElse(0);
        if (rounds > 0) {
            List<Store> stores = peers.stream().map(Peer::connect).toList();
            for (int i = 0; i < peers.size(); i++) {
                preload(stores.get(i));
                Plan warm = new Plan(plan.keys(), plan.value(), Duration.ZERO, firstWarmUp);
                say("warming up " + peers.get(i).name());
                ClosedLoop.run(peers.get(i).name(), stores.get(i), Workload.MIXED, 64, 0, warm);
            }
            for (int round = first; round < first + rounds; round++) {
                round(peers, stores, round);
            }
            stores.forEach(Store::close);
        }
        for (int kill = 1; kill <= kills; kill++) {
            for (Peer peer : peers) {
                tell(GapLoad.measure(peer, kill, plan.value()));
            }
        }
    }

    /** In turns: what the machine does besides meets all of them alike. */
    private void round(List<Peer> peers, List<Store> stores, int round) throws IOException, InterruptedException {
        for (Workload workload : Workload.values()) {
            for (int many : clients) {
                for (int i = 0; i < peers.size(); i++) {
                    tell(ClosedLoop.run(peers.get(i).name(), stores.get(i), workload, many, round, plan));
                }
            }
        }
    }

    private void preload(Store store) throws InterruptedException, IOException {
        Semaphore room = new Semaphore(PRELOAD_IN_FLIGHT);
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < plan.keys() && failures.isEmpty(); i++) {
            room.acquire();
            store.put(plan.key(i), plan.value()).whenComplete((done, error) -> {
                if (error != null) {
                    failures.add(error);
                }
                room.release();
            });
        }
        room.acquire(PRELOAD_IN_FLIGHT);
        if (!failures.isEmpty()) {
            throw new IOException("A write before the load failed", failures.get(0));
        }
    }

    private void tell(Cell cell) throws IOException {
        Results.append(raw, cell);
        say(cell.line());
    }

    private void report(List<Peer> peers) throws IOException {
        Results results = Results.read(raw);
        StringBuilder about = new StringBuilder("Closed loop on one machine, which runs all members and the load: ");
        about.append(Runtime.getRuntime().availableProcessors()).append(" processors. Values of ");
        about.append(plan.value().length).append(" bytes, ").append(plan.keys()).append(" keys, ");
        about.append(plan.measured().toSeconds())
                .append(" s each after ")
                .append(plan.warmUp().toSeconds());
        about.append(" s of warm-up, ").append(firstWarmUp.toSeconds()).append(" s after the start.\n");
        peers.forEach(peer ->
                about.append("\n- **").append(peer.name()).append("**: ").append(peer.description()));
        Files.createDirectories(docs);
        Files.writeString(
                docs.resolve("comparison.md"), new MarkdownReport(results).text(about.toString(), "comparison.svg"));
        Files.writeString(docs.resolve("comparison.svg"), new BarChart(results).svg());
        say("written: " + docs.resolve("comparison.md").normalize());
    }

    private static void say(String line) {
        System.out.println("compare: " + line);
    }
}
