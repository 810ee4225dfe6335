package io.holdfast.core.partition;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Input;
import io.holdfast.core.raft.PeerMessage;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Plays a transcript: commands against a {@link Cluster}, each answered with what came out of it, in the manner of
 * etcd-io/raft's testdata. resources/transcripts/README.md lists the commands.
 */
final class Transcript {
    private final StringBuilder output = new StringBuilder();
    private final Map<SiteId, String> shownStates = new TreeMap<>();
    private Cluster cluster = Cluster.of("a");
    private boolean quiet;

    /** Runs one line and answers what happened. */
    String run(String line) {
        output.setLength(0);
        List<String> words = Arrays.asList(line.trim().split("\\s+"));
        quiet = words.contains("quietly");
        List<String> arguments = words.subList(1, words.size()).stream()
                .filter(word -> !word.equals("quietly"))
                .toList();
        dispatch(words.get(0), arguments);
        showStates();
        return output.isEmpty() ? "ok\n" : output.toString();
    }

    private void dispatch(String command, List<String> arguments) {
        switch (command) {
            case "cluster" -> cluster(arguments);
            case "tick" -> arguments.forEach(cluster::tick);
            case "pass" -> cluster.pass(Long.parseLong(arguments.get(0)));
            case "run" -> cluster.run(Long.parseLong(arguments.get(0)));
            case "settle" -> cluster.settle();
            case "deliver" -> deliver(arguments);
            case "drop" -> cluster.drop(filter(arguments)).forEach(packet -> show("dropped", packet));
            case "network" -> network();
            case "cut" -> cluster.cut(arguments.get(0), arguments.get(1));
            case "isolate" -> cluster.isolate(arguments.get(0));
            case "heal" -> cluster.heal();
            case "status" -> status();
            default -> site(command, arguments.get(0), arguments.subList(1, arguments.size()));
        }
    }

    /** Commands to one site: "verb site …". */
    private void site(String command, String site, List<String> arguments) {
        switch (command) {
            case "durable" -> cluster.durable(site);
            case "hold" -> cluster.at(site).diskHeld = true;
            case "release" -> cluster.at(site).diskHeld = false;
            case "fail" -> cluster.raft(site, new Input.StorageFailed());
            case "crash" -> cluster.crash(site);
            case "restart" -> cluster.restart(site);
            case "wipe" -> {
                cluster.at(site).wipe(Long.parseLong(arguments.get(0)));
                cluster.restart(site);
            }
            case "put" -> cluster.submit(site, cluster.put(arguments.get(0), arguments.get(1)));
            case "get" -> cluster.ask(site, arguments.get(0), 0);
            case "nudge" -> cluster.raft(site, new Input.Nudge());
            case "lost" -> cluster.raft(site, new Input.Unreachable(new SiteId(arguments.get(0))));
            case "back" -> cluster.raft(site, new Input.Reachable(new SiteId(arguments.get(0))));
            case "transfer" -> cluster.raft(site, new Input.Transfer(new SiteId(arguments.get(0))));
            case "encode" -> cluster.step(site, cluster.at(site).imageEncoded());
            case "decode" -> cluster.step(site, cluster.at(site).imageDecoded());
            case "save" -> cluster.step(site, cluster.at(site).snapshotDurable());
            default -> throw new IllegalArgumentException("unknown command " + command);
        }
    }

    private void cluster(List<String> arguments) {
        String[] sites = arguments.stream().filter(it -> !it.contains("=")).toArray(String[]::new);
        var settings = new Settings(sites);
        arguments.stream()
                .filter(it -> it.contains("="))
                .map(it -> it.split("="))
                .forEach(it -> {
                    int value = Integer.parseInt(it[1]);
                    switch (it[0]) {
                        case "lease" -> settings.lease = value;
                        case "quiesce-after" -> settings.quiesceAfter = value;
                        case "append-bytes" -> settings.maxAppendBytes = value;
                        case "in-flight" -> settings.maxInFlight = value;
                        case "log-tail" -> settings.logTailBytes = value;
                        case "chunk" -> settings.chunkBytes = value;
                        default -> throw new IllegalArgumentException("unknown setting " + it[0]);
                    }
                });
        cluster = new Cluster(settings);
        shownStates.clear();
        cluster.observe(this::show);
    }

    private void network() {
        cluster.network.forEach(packet -> show("on its way", packet));
        if (cluster.network.isEmpty()) {
            output.append("nothing on its way\n");
        }
    }

    private void deliver(List<String> arguments) {
        if (cluster.deliver(filter(arguments)) == 0) {
            output.append("nothing on its way\n");
        }
    }

    /** "a>b", ">b", "a>" or nothing, and words that the message is described with. */
    private static Predicate<Cluster.Packet> filter(List<String> arguments) {
        return packet -> arguments.stream().allMatch(argument -> {
            int arrow = argument.indexOf('>');
            if (arrow < 0) {
                return List.of(Describe.message(packet.message()).split(" ")).contains(argument);
            }
            String from = argument.substring(0, arrow);
            String to = argument.substring(arrow + 1);
            return (from.isEmpty() || packet.from().name().equals(from))
                    && (to.isEmpty() || packet.to().name().equals(to));
        });
    }

    private void show(SiteId site, PartitionOutput out) {
        if (quiet) {
            return;
        }
        showState(site);
        out.write().ifPresent(write -> line(site, "writes " + Describe.write(write)));
        out.messages().forEach(outgoing -> line(site, arrow(site, outgoing.to(), outgoing.message())));
        out.encode().ifPresent(image -> line(site, "wants an image encoded at " + image.index()));
        out.decode().ifPresent(image -> line(site, "has received image " + image.index()));
        out.snapshot()
                .ifPresent(save -> line(
                        site,
                        "saves snapshot " + save.snapshot().image().index()
                                + Describe.entries(save.snapshot().logTail())));
        out.replies().forEach(reply -> line(site, "answers " + Describe.reply(reply)));
    }

    private void show(String what, Cluster.Packet packet) {
        if (!quiet) {
            output.append(what + " " + packet.from() + " " + arrow(packet.from(), packet.to(), packet.message()))
                    .append('\n');
        }
    }

    private static String arrow(SiteId from, SiteId to, PeerMessage message) {
        return "-> " + to + " " + Describe.message(message);
    }

    private void line(SiteId site, String text) {
        output.append(site).append(' ').append(text).append('\n');
    }

    /** Role, term and leader are shown when they change; the rest by "status". */
    private void showStates() {
        cluster.replicas.keySet().forEach(this::showState);
    }

    private void showState(SiteId site) {
        Replica replica = cluster.replicas.get(site);
        String state = Describe.state(replica).replaceAll(" last=.*?( silent)?$", "$1");
        if (!state.equals(shownStates.put(site, state))) {
            line(site, "is " + state);
        }
    }

    private void status() {
        cluster.replicas.values().forEach(replica -> line(replica.site, "is " + Describe.state(replica)));
    }
}
