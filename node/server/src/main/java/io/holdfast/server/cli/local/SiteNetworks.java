package io.holdfast.server.cli.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A network namespace for each site, on one bridge, so that sites can be cut off from each other while clients on this machine still
 * reach them all. Linux, as root. {@link #close} removes all of it; what a killed process leaves behind harms nobody and is named after its
 * process id ({@code ip netns list}).
 */
public final class SiteNetworks implements SiteHosts, AutoCloseable {
    private static final long PATIENCE_SECONDS = 10;

    private final String name = "hf" + ProcessHandle.current().pid();
    /** Of the range that is set aside for tests between networks (RFC 2544). */
    private final String subnet = "198.18." + ProcessHandle.current().pid() % 256 + ".";

    private final List<String> sites;

    private SiteNetworks(List<String> sites) {
        this.sites = List.copyOf(sites);
    }

    /** @param story told why there are none */
    public static Optional<SiteNetworks> create(List<String> sites, Consumer<String> story) {
        var networks = new SiteNetworks(sites);
        try {
            networks.build();
            return Optional.of(networks);
        } catch (IOException impossible) {
            networks.close();
            story.accept(
                    "Sites are not cut off from each other, because that takes network namespaces, and these take root on Linux: "
                            + impossible.getMessage());
            return Optional.empty();
        }
    }

    private void build() throws IOException {
        ip("link", "add", name, "type", "bridge");
        ip("address", "add", subnet + "1/24", "dev", name);
        ip("link", "set", name, "up");
        for (String site : sites) {
            String outside = name + site;
            ip("netns", "add", outside);
            ip("link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", outside);
            ip("link", "set", outside, "master", name, "up");
            ip("-n", outside, "address", "add", host(site) + "/24", "dev", "eth0");
            ip("-n", outside, "link", "set", "eth0", "up");
            ip("-n", outside, "link", "set", "lo", "up");
        }
    }

    @Override
    public String host(String site) {
        return subnet + (11 + sites.indexOf(site));
    }

    @Override
    public List<String> launcher(String site) {
        return List.of("ip", "netns", "exec", name + site);
    }

    /** From now on nothing that one site sends arrives at the other one. The way back stays open. */
    public void cut(String from, String to) throws IOException {
        ip("-n", name + from, "route", "add", "blackhole", host(to) + "/32");
    }

    /** Ends a {@link #cut}. */
    public void heal(String from, String to) throws IOException {
        ip("-n", name + from, "route", "delete", "blackhole", host(to) + "/32");
    }

    private static void ip(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("'" + String.join(" ", command) + "' failed: " + said);
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted in '" + String.join(" ", command) + "'", hurry);
        } finally {
            process.destroy();
        }
    }

    /** The namespaces go when their last process does. */
    @Override
    public void close() {
        for (String site : sites) {
            remove("netns", "delete", name + site);
        }
        remove("link", "delete", name);
    }

    private static void remove(String... what) {
        try {
            ip(what);
        } catch (IOException gone) {
            // Whatever was not made need not be removed; what cannot be removed is only a name.
            System.getLogger(SiteNetworks.class.getName()).log(System.Logger.Level.DEBUG, gone);
        }
    }
}
