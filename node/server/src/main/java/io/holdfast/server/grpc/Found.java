package io.holdfast.server.grpc;

import io.holdfast.core.store.Query;
import io.holdfast.v1.GetResult;
import io.holdfast.v1.KeyValue;
import io.holdfast.v1.PageResult;
import io.holdfast.v1.Response;
import io.holdfast.v1.ValidateResult;

/** Turns the answers to reads into responses. */
final class Found {
    private Found() {}

    static void fill(Response.Builder response, Query.Answer answer) {
        if (answer instanceof Query.Value value) {
            response.setGet(get(value));
        } else if (answer instanceof Query.Page page) {
            response.setPage(page(page));
        } else if (answer instanceof Query.Dated dated) {
            fill(response, dated);
        } else if (answer instanceof Query.Validity validity) {
            response.setValidate(ValidateResult.newBuilder().setValid(validity.valid()));
        } else if (answer instanceof Query.Denied denied) {
            response.setError(Problem.of(denied.reason()).toError());
        }
    }

    private static void fill(Response.Builder response, Query.Dated dated) {
        if (dated.answer() instanceof Query.Value value) {
            response.setGet(get(value).setValidFrom(dated.validFrom()).setValidUntil(dated.validUntil()));
        } else {
            response.setPage(page((Query.Page) dated.answer())
                    .setValidFrom(dated.validFrom())
                    .setValidUntil(dated.validUntil()));
        }
    }

    private static GetResult.Builder get(Query.Value value) {
        GetResult.Builder result = GetResult.newBuilder().setVersion(value.version());
        if (value.value().isPresent()) {
            result.setFound(true).setValue(Responses.bytes(value.value().get()));
        }
        return result;
    }

    private static PageResult.Builder page(Query.Page page) {
        PageResult.Builder result = PageResult.newBuilder().setMore(page.more()).setSkipped(page.skipped());
        page.resumeBehind().ifPresent(key -> result.setResumeBehind(Responses.bytes(key)));
        page.entries().forEach(entry -> result.addEntries(entry(entry)));
        return result;
    }

    static KeyValue entry(Query.KeyValue entry) {
        return KeyValue.newBuilder()
                .setKey(Responses.bytes(entry.key()))
                .setValue(Responses.bytes(entry.value()))
                .setVersion(entry.version())
                .build();
    }
}
