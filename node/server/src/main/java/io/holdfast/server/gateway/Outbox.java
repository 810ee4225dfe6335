package io.holdfast.server.gateway;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one message brings about for the transactions that are under way: those that it begins, or those whose steps it answers. Their answers leave together,
 * and so do their next steps, since a message costs much more than what is in it. For one thread; nothing may be added after {@link #empty}.
 */
final class Outbox {
    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

    private final Gateway gateway;
    private final StepQueue steps;
    private final Map<Address, List<Answer>> answers = new LinkedHashMap<>();
    private final List<StepQueue.Waiting> waiting = new ArrayList<>();

    private record Address(Caller caller, String leaderSite) {}

    Outbox(Gateway gateway, StepQueue steps) {
        this.gateway = gateway;
        this.steps = steps;
    }

    void answer(Operation.Commit commit, Caller caller, Result result) {
        answer(commit, new Address(caller, gateway.leaderOf(commit.partition())), result);
    }

    /** Without a leader, as it is this node that does not take it. */
    void refuse(Operation.Commit commit, Caller caller, Result.Failed refusal) {
        answer(commit, new Address(caller, ""), refusal);
    }

    private void answer(Operation.Commit commit, Address to, Result result) {
        answers.computeIfAbsent(to, it -> new ArrayList<>()).add(new Answer(commit, result));
    }

    void step(StepQueue.Waiting step) {
        waiting.add(step);
    }

    /** A caller that fails takes nothing from the others, whose steps nobody would repeat. */
    void empty() {
        answers.forEach(this::tell);
        steps.submit(waiting);
    }

    private void tell(Address address, List<Answer> all) {
        try {
            address.caller().answered(address.leaderSite(), all);
        } catch (RuntimeException e) {
            LOG.error("The answers to {} transactions could not be handed over", all.size(), e);
        }
    }
}
