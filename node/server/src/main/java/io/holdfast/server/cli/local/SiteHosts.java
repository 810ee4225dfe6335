package io.holdfast.server.cli.local;

import java.util.List;

/** Where the nodes of sites on this machine listen. */
public interface SiteHosts {
    /** All on the loopback interface, told apart by their ports. */
    SiteHosts LOOPBACK = new SiteHosts() {
        @Override
        public String host(String site) {
            return "127.0.0.1";
        }

        @Override
        public List<String> launcher(String site) {
            return List.of();
        }
    };

    /** The address of a site's node. */
    String host(String site);

    /** What stands before the command that starts a site's node; it must become that command's process. */
    List<String> launcher(String site);
}
