package io.holdfast.server.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import io.holdfast.v1.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Tells a caller whose bytes are no message of the method, or one of too many parts, so. gRPC itself would log an error with a stack trace, and call it an
 * unknown one; nothing of it can be changed from a marshaller or an interceptor, so such bytes are parsed into a mark, which
 * ends the call.
 */
final class StrictRequests {
    private static final Refused MALFORMED = new Refused(new Problem(
            Reason.INVALID_REQUEST,
            "The request is no message of this method: compare the .proto files of both sides."));
    private static final Refused TOO_MANY_FIELDS = new Refused(new Problem(
            Reason.INVALID_REQUEST,
            "The message has more than " + FieldLimit.MAX_FIELDS
                    + " fields, those of its parts included, and was not read: send smaller ones."));

    /** What stands for a message that was not parsed. */
    private record Refused(Problem problem) {}

    private StrictRequests() {}

    static ServerServiceDefinition of(ServerServiceDefinition service) {
        var descriptor = ServiceDescriptor.newBuilder(
                        service.getServiceDescriptor().getName())
                .setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
        var methods = service.getMethods().stream().map(StrictRequests::of).toList();
        methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
        var strict = ServerServiceDefinition.builder(descriptor.build());
        methods.forEach(strict::addMethod);
        return strict.build();
    }

    private static <Q, A> ServerMethodDefinition<Object, A> of(ServerMethodDefinition<Q, A> method) {
        MethodDescriptor<Q, A> descriptor = method.getMethodDescriptor();
        MethodDescriptor<Object, A> lenient = descriptor.toBuilder(
                        (MethodDescriptor.Marshaller<Object>) new Lenient<>(descriptor.getRequestMarshaller()),
                        descriptor.getResponseMarshaller())
                .build();
        return ServerMethodDefinition.create(lenient, new Strict<>(method.getServerCallHandler()));
    }

    private record Lenient<T>(MethodDescriptor.Marshaller<T> marshaller)
            implements MethodDescriptor.Marshaller<Object> {
        @Override
        public InputStream stream(Object value) {
            throw new UnsupportedOperationException("a server does not send requests");
        }

        @Override
        public Object parse(InputStream stream) {
            try {
                return marshaller.parse(FieldLimit.check(stream, marshaller));
            } catch (FieldLimit.Exceeded e) {
                return TOO_MANY_FIELDS;
            } catch (StatusRuntimeException | InvalidProtocolBufferException e) {
                return MALFORMED;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private record Strict<Q, A>(ServerCallHandler<Q, A> handler) implements ServerCallHandler<Object, A> {
        @Override
        public ServerCall.Listener<Object> startCall(ServerCall<Object, A> call, Metadata headers) {
            return new StrictListener<>(call, handler.startCall(typed(call), headers));
        }

        /** A call takes no requests, it gives them to the listener, which sees to their type. */
        @SuppressWarnings("unchecked")
        private static <Q, A> ServerCall<Q, A> typed(ServerCall<?, A> call) {
            return (ServerCall<Q, A>) call;
        }
    }

    private static final class StrictListener<Q> extends ForwardingServerCallListener<Object> {
        private final ServerCall<Object, ?> call;
        private final ServerCall.Listener<Q> listener;
        private boolean ended;

        StrictListener(ServerCall<Object, ?> call, ServerCall.Listener<Q> listener) {
            this.call = call;
            this.listener = listener;
        }

        @Override
        @SuppressWarnings("unchecked")
        protected ServerCall.Listener<Object> delegate() {
            return (ServerCall.Listener<Object>) listener;
        }

        @Override
        public void onMessage(Object message) {
            if (ended) {
                return;
            }
            if (message instanceof Refused refused) {
                ended = true;
                StatusRuntimeException failure = refused.problem().toStatus();
                // First the service lets go, so that it does not answer on a call that is closed.
                listener.onCancel();
                call.close(failure.getStatus(), failure.getTrailers());
                return;
            }
            super.onMessage(message);
        }

        @Override
        public void onHalfClose() {
            if (!ended) {
                super.onHalfClose();
            }
        }

        @Override
        public void onCancel() {
            if (!ended) {
                super.onCancel();
            }
        }

        @Override
        public void onReady() {
            if (!ended) {
                super.onReady();
            }
        }
    }
}
