package io.holdfast.config;

import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads section {@code sites} and finds this node in it. */
final class Topology {
    private static final Pattern SITE_NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");
    private static final String HOST = "[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\\]";
    private static final Pattern HOST_AND_PORT = Pattern.compile("(" + HOST + ")(?::(\\d{1,5}))?");
    private static final String HOSTS_EXPECTED =
            "a list of host or host:port, such as [\"10.0.0.1\"] (an IPv6 address in brackets)";

    private final SettingsReader reader;
    private final List<String> names;

    Topology(SettingsReader reader, List<String> names) {
        this.reader = reader;
        this.names = names;
    }

    static boolean isHost(String text) {
        return text.matches(HOST);
    }

    /**
     * Whether the other nodes can speak of a node by this name: Pekko and the SDK read addresses as URIs, in which fewer names are
     * hosts than a name service may know.
     */
    private static boolean isHostOfAddress(String text) {
        try {
            return new URI("holdfast://" + text + ":1").getHost() != null;
        } catch (URISyntaxException e) {
            // Such as an IPv6 address that is none: the caller tells what was expected.
            return false;
        }
    }

    /** Whether it is the address that stands for all of a machine, at which only that machine itself finds anything. */
    private static boolean isAnyAddress(String host) {
        try {
            return host.matches("[0-9.]+|.*:.*") && InetAddress.getByName(host).isAnyLocalAddress();
        } catch (UnknownHostException e) {
            // No address at all, and so not this one either.
            return false;
        }
    }

    static String withoutBrackets(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** Sites that could be read. Empty if there was none; this and every other mistake has been reported then. */
    List<Site> sites() {
        if (names.isEmpty()) {
            reader.missing(
                    "sites",
                    "a section for each site of the cluster",
                    "add it, such as: sites { a { hosts = [\"10.0.0.1\"] }, b { hosts = [\"10.0.1.1\"] }, c { hosts ="
                            + " [\"10.0.2.1\"] } }");
        }
        return names.stream().map(this::site).toList();
    }

    private Site site(String name) {
        String section = ConfigUtil.joinPath("sites", name);
        if (!SITE_NAME.matcher(name).matches()) {
            reader.reject(
                    section,
                    "a name of lower-case letters, digits and \"-\", up to 63 characters, a letter first",
                    "rename the site");
        }
        int port = reader.integer(section + ".port", 1, SettingsAssembly.HIGHEST_PORT);
        int clusterPort =
                reader.optionalInteger(section + ".cluster-port", 1, 65_535).orElse(port + 1);
        String hosts = section + ".hosts";
        Optional<List<ConfigValue>> entries = reader.optionalList(hosts, HOSTS_EXPECTED);
        if (entries.map(List::isEmpty).orElse(true)) {
            if (entries.isPresent()) {
                reader.reject(hosts, HOSTS_EXPECTED, "name the site's nodes");
            } else {
                reader.missing(hosts, HOSTS_EXPECTED, "name the site's nodes");
            }
        }
        List<NodeAddress> nodes = new ArrayList<>();
        for (ConfigValue entry : entries.orElse(List.of())) {
            node(name, hosts, entry, port, clusterPort).ifPresent(nodes::add);
        }
        return new Site(name, nodes);
    }

    private Optional<NodeAddress> node(String site, String path, ConfigValue entry, int port, int clusterPort) {
        Matcher matcher = HOST_AND_PORT.matcher(SettingsReader.scalar(entry).orElse(""));
        boolean matches = matcher.matches() && isHostOfAddress(matcher.group(1));
        boolean ownPort = matches && matcher.group(2) != null;
        int given = ownPort ? Integer.parseInt(matcher.group(2)) : port;
        if (!matches || given < 1 || (ownPort && given > SettingsAssembly.HIGHEST_PORT)) {
            rejectEntry(
                    path,
                    entry,
                    "host or host:port, port from 1 to " + SettingsAssembly.HIGHEST_PORT
                            + "; a name without \"_\" whose last part begins with a letter, or an address (IPv6 in"
                            + " brackets)");
            return Optional.empty();
        }
        String host = withoutBrackets(matcher.group(1));
        if (isAnyAddress(host)) {
            rejectEntry(
                    path,
                    entry,
                    "a name or an address by which the other nodes reach this one, and not the one that stands for any"
                            + " address");
            return Optional.empty();
        }
        return Optional.of(new NodeAddress(site, host, given, ownPort ? given + 1 : clusterPort));
    }

    private void rejectEntry(String path, ConfigValue entry, String expected) {
        reader.reject(
                path,
                Optional.of(SettingsReader.show(entry)),
                SettingsSource.describe(entry.origin()),
                expected,
                "correct this entry of the list");
    }

    /** This node. Stands for it with an address that is never used when a mistake has been reported. */
    NodeAddress self(List<Site> sites) {
        Optional<String> name = reader.optionalText("site.name").filter(text -> !text.isEmpty());
        Optional<String> host = reader.optionalText("site.host").filter(text -> !text.isEmpty());
        NodeAddress nobody = new NodeAddress(name.orElse("unknown"), "unknown", 1, 2);
        if (name.isEmpty()) {
            reader.missing(
                    "site.name",
                    names.isEmpty()
                            ? "the name of this node's site"
                            : "the name of this node's site, one of " + list(names),
                    "add it, or take it from the environment of each machine: site.name = ${?HOLDFAST_SITE}");
            return nobody;
        }
        Optional<Site> site =
                sites.stream().filter(each -> each.name().equals(name.get())).findFirst();
        if (site.isEmpty()) {
            if (!names.isEmpty() && reader.good("sites")) {
                reader.reject(
                        "site.name",
                        "one of the names in \"sites\": " + list(names),
                        "correct the name, or add" + " a site of this name to \"sites\"");
            }
            return nobody;
        }
        return self(site.get(), host).orElse(nobody);
    }

    private Optional<NodeAddress> self(Site site, Optional<String> host) {
        List<String> all = site.nodes().stream().map(NodeAddress::endpoint).toList();
        if (site.nodes().isEmpty()) {
            return Optional.empty();
        }
        if (host.isEmpty()) {
            if (site.nodes().size() > 1) {
                reader.missing(
                        "site.host",
                        "which node of site " + site.name() + " this is, one of " + list(all),
                        "add it, or take it from the environment of each machine: site.host = ${?HOLDFAST_HOST}");
                return Optional.empty();
            }
            return Optional.of(site.nodes().get(0));
        }
        List<NodeAddress> found = site.nodes().stream()
                .filter(node ->
                        node.endpoint().equals(host.get()) || node.host().equals(withoutBracketsIfAny(host.get())))
                .toList();
        if (found.size() != 1) {
            reader.reject(
                    "site.host",
                    (found.isEmpty() ? "one" : "exactly one") + " of the hosts of site " + site.name() + ": "
                            + list(all),
                    found.isEmpty() ? "correct the host, or add it to the site" : "write it with its port");
            return Optional.empty();
        }
        return Optional.of(found.get(0));
    }

    private static String withoutBracketsIfAny(String host) {
        return isHost(host) ? withoutBrackets(host) : host;
    }

    private static String list(List<String> names) {
        return String.join(", ", names);
    }
}
