package io.holdfast.core.sim;

import java.util.EnumSet;
import java.util.Set;

/**
 * What a run is made of, beside its seed.
 *
 * @param sites 3 or 5 (0: the seed decides)
 * @param partitions 1 and more (0: the seed decides)
 * @param operations that clients begin in all
 * @param transactions that other clients begin beside them
 * @param without faults that are not injected, to find out which ones a failure needs
 */
record SimOptions(int sites, int partitions, int clients, int operations, int transactions, Set<Fault> without) {
    static SimOptions of(int sites, int operations) {
        return new SimOptions(sites, 0, 24, operations, operations / 5, EnumSet.noneOf(Fault.class));
    }

    SimOptions withSites(int number) {
        return new SimOptions(number, partitions, clients, operations, transactions, without);
    }

    SimOptions withClients(int number) {
        return new SimOptions(sites, partitions, number, operations, transactions, without);
    }

    SimOptions withPartitions(int number) {
        return new SimOptions(sites, number, clients, operations, transactions, without);
    }

    SimOptions without(Fault fault) {
        var more = EnumSet.noneOf(Fault.class);
        more.addAll(without);
        more.add(fault);
        return new SimOptions(sites, partitions, clients, operations, transactions, more);
    }

    SimOptions withOperations(int fewer) {
        return new SimOptions(sites, partitions, clients, fewer, transactions, without);
    }

    SimOptions withTransactions(int number) {
        return new SimOptions(sites, partitions, clients, operations, number, without);
    }

    /** The arguments that stand for these options on the command line. */
    String arguments() {
        var text = new StringBuilder("--sites " + sites + " --ops " + operations + " --partitions " + partitions
                + " --clients " + clients + " --transactions " + transactions);
        if (!without.isEmpty()) {
            text.append(" --without ");
            text.append(String.join(",", without.stream().map(Enum::name).toList()));
        }
        return text.toString();
    }
}
