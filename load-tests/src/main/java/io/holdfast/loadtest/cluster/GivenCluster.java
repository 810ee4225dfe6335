package io.holdfast.loadtest.cluster;

import java.io.IOException;
import java.util.Optional;

/**
 * A cluster that runs already, on whatever it runs. Its sites are lost and brought back by commands of its operator, in which
 * <code>{site}</code> stands for the site's name and <code>{fault}</code> for {@code kill}, {@code pause} or {@code cut}.
 */
record GivenCluster(
        String endpoints, Optional<String> loseCommand, Optional<String> backCommand, Optional<String> restartCommand)
        implements Cluster {
    @Override
    public void requireFault(Fault fault) {
        command(loseCommand, "lose");
        command(backCommand, "bring-back");
    }

    @Override
    public void lose(String site, Fault fault) throws IOException, InterruptedException {
        run(command(loseCommand, "lose"), site, fault.lower());
    }

    @Override
    public void bringBack(String site, Fault fault) throws IOException, InterruptedException {
        run(command(backCommand, "bring-back"), site, fault.lower());
    }

    @Override
    public void restart(String site) throws IOException, InterruptedException {
        run(command(restartCommand, "restart"), site, "restart");
    }

    private static String command(Optional<String> command, String name) {
        return command.orElseThrow(() -> new IllegalArgumentException(
                "How a site of this cluster is to be treated is not known: give -Dholdfast." + name
                        + "='COMMAND', in which {site} stands for the site."));
    }

    private static void run(String command, String site, String fault) throws IOException, InterruptedException {
        String whole = command.replace("{site}", site).replace("{fault}", fault);
        int exit = new ProcessBuilder("sh", "-c", whole).inheritIO().start().waitFor();
        if (exit != 0) {
            throw new IOException("The command '" + whole + "' ended with " + exit + ".");
        }
    }

    @Override
    public void close() {
        // Whoever started it ends it.
    }
}
