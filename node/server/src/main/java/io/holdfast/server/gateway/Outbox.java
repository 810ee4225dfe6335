package io.holdfast.server.gateway;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one message brings about for the transactions that are under way: those that it begins, or those whose steps it answers. Their answers leave together,
 * and so do their next steps, since a message costs much more than what is in it. For one thread; nothing may be added after {@link #empty}.
 */
final class Outbox {
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

    void empty() {
        answers.forEach((address, all) -> address.caller().answered(address.leaderSite(), all));
        steps.submit(waiting);
    }
}
