package io.holdfast.client.internal;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.Reason;
import io.holdfast.v1.Error;
import java.util.Optional;

/** From gRPC's way to fail to Holdfast's. */
public final class Errors {
    /** The trailer {@code holdfast-error-bin} of a failed unary or scan call. */
    public static final Metadata.Key<Error> TRAILER =
            Metadata.Key.of("holdfast-error-bin", ProtoUtils.metadataMarshaller(Error.getDefaultInstance()));

    private Errors() {}

    static HoldfastException of(Throwable failure, NodeConnection node) {
        if (failure instanceof StatusRuntimeException status) {
            return of(status.getStatus(), Optional.ofNullable(status.getTrailers()), node);
        }
        return new HoldfastException(
                Reason.INTERNAL,
                "A call to " + node.endpoint() + " failed: " + failure,
                Optional.empty(),
                Optional.of(failure));
    }

    static HoldfastException of(Status status, Optional<Metadata> trailers, NodeConnection node) {
        Optional<Error> error = trailers.map(all -> all.get(TRAILER));
        if (error.isPresent()) {
            Reason reason = Reason.fromWire(error.get().getReason());
            return new HoldfastException(
                    reason,
                    error.get().getMessage() + " [" + reason + " from " + node.endpoint() + "]",
                    Optional.empty(),
                    Optional.empty());
        }
        return new HoldfastException(
                reason(status),
                "The node " + node.endpoint() + " did not answer as it should: " + describe(status),
                Optional.empty(),
                Optional.ofNullable(status.getCause()));
    }

    static String describe(Status status) {
        Throwable root = status.getCause();
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        String text = status.getCode() + (status.getDescription() == null ? "" : ", " + status.getDescription());
        return root == null ? text : text + " (" + root.getMessage() + ")";
    }

    private static Reason reason(Status status) {
        return switch (status.getCode()) {
            case INVALID_ARGUMENT -> Reason.INVALID_REQUEST;
            case RESOURCE_EXHAUSTED -> Reason.OVERLOADED;
            // UNIMPLEMENTED and UNKNOWN come from whatever else listens there, INTERNAL also from a broken stream.
            case UNAVAILABLE, CANCELLED, UNIMPLEMENTED, UNKNOWN, INTERNAL, DEADLINE_EXCEEDED -> Reason.UNREACHABLE;
            default -> Reason.INTERNAL;
        };
    }
}
