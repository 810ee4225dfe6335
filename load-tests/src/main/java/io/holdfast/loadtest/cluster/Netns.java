package io.holdfast.loadtest.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A network for each site, joined by a bridge, as Linux' network namespaces make it: then a site can be cut off. Needs root and {@code ip}
 * of iproute2. For one thread at a time.
 */
final class Netns implements AutoCloseable {
    private static final int SUBNETS = 250;
    private static final int FIRST_HOST = 10;
    private static final Path DIRECTORY = Path.of("/var/run/netns");

    private final String id = Long.toString(ProcessHandle.current().pid() % 1_000_000, Character.MAX_RADIX);
    private final String subnet = "10.231." + (1 + ProcessHandle.current().pid() % SUBNETS) + ".";
    private final List<String> sites;

    private Netns(List<String> sites) {
        this.sites = sites;
    }

    /** @param sites of one letter each */
    static Netns create(List<String> sites) throws IOException, InterruptedException {
        Netns netns = new Netns(List.copyOf(sites));
        try {
            netns.build();
        } catch (IOException failed) {
            netns.close();
            throw new IOException(
                    "The networks of the sites cannot be made, which takes root and Linux' 'ip': "
                            + failed.getMessage(),
                    failed);
        }
        return netns;
    }

    private void build() throws IOException, InterruptedException {
        ip("link", "add", bridge(), "type", "bridge");
        ip("addr", "add", subnet + "1/24", "dev", bridge());
        ip("link", "set", bridge(), "up");
        for (String site : sites) {
            ip("netns", "add", namespace(site));
            ip("link", "add", link(site), "type", "veth", "peer", "name", "eth0", "netns", namespace(site));
            ip("link", "set", link(site), "master", bridge(), "up");
            ip("-n", namespace(site), "addr", "add", address(site) + "/24", "dev", "eth0");
            ip("-n", namespace(site), "link", "set", "eth0", "up");
            ip("-n", namespace(site), "link", "set", "lo", "up");
        }
    }

    private String bridge() {
        return "hfb" + id;
    }

    private String link(String site) {
        return "hfv" + id + site;
    }

    private String namespace(String site) {
        return "hfn" + id + site;
    }

    String address(String site) {
        return subnet + (FIRST_HOST + sites.indexOf(site));
    }

    /** A command that runs another one in a site's network, in the same process. */
    List<String> inside(String site, List<String> command) {
        List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", namespace(site)));
        whole.addAll(command);
        return whole;
    }

    void cut(String site) throws IOException, InterruptedException {
        ip("link", "set", link(site), "down");
    }

    void mend(String site) throws IOException, InterruptedException {
        ip("link", "set", link(site), "up");
    }

    private static void ip(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("'" + String.join(" ", command) + "' failed: " + output.strip());
        }
    }

    /** Removes what is there. May be called more than once. */
    @Override
    public void close() {
        for (String site : sites) {
            if (Files.exists(DIRECTORY.resolve(namespace(site)))) {
                remove("netns", "del", namespace(site));
            }
        }
        if (Files.exists(Path.of("/sys/class/net", bridge()))) {
            remove("link", "del", bridge());
        }
    }

    private static void remove(String... arguments) {
        try {
            ip(arguments);
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
