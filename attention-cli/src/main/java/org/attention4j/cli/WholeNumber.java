package org.attention4j.cli;

import java.math.BigInteger;
import org.attention4j.api.Workspace;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Whole numbers of the command line; a refusal says which there may be, also of numbers that are too long for Java's types. */
abstract class WholeNumber<T> implements ITypeConverter<T> {
    private final long least;
    private final long most;

    private WholeNumber(long least, long most) {
        this.least = least;
        this.most = most;
    }

    final long number(String text) {
        long number;
        try {
            number = Long.parseLong(text);
        } catch (NumberFormatException notANumber) {
            throw refusal(text);
        }
        if (number < least || number > most) {
            throw refusal(text);
        }
        return number;
    }

    private TypeConversionException refusal(String text) {
        return new TypeConversionException("'" + text + "' is not an integer from " + least + " to " + most);
    }

    /** At least one. */
    static class Count extends WholeNumber<Integer> {
        /** For picocli. */
        Count() {
            this(Integer.MAX_VALUE);
        }

        private Count(int most) {
            super(1, most);
        }

        @Override
        public final Integer convert(String text) {
            return Math.toIntExact(number(text));
        }
    }

    /** As many as a workspace may have. */
    static final class Threads extends Count {
        /** For picocli. */
        Threads() {
            super(Workspace.MOST_THREADS);
        }
    }

    /** Sentences at a time. */
    static final class Batch extends Count {
        static final int MOST = 4096;

        /** For picocli. */
        Batch() {
            super(MOST);
        }
    }

    /** Of a thing whose last number is not known before it is loaded. */
    static final class Any implements ITypeConverter<BigInteger> {
        @Override
        public BigInteger convert(String text) {
            try {
                return new BigInteger(text);
            } catch (NumberFormatException notANumber) {
                throw new TypeConversionException("'" + text + "' is not an integer");
            }
        }
    }

    /** Of random numbers. */
    static final class Seed extends WholeNumber<Long> {
        /** For picocli. */
        Seed() {
            super(Long.MIN_VALUE, Long.MAX_VALUE);
        }

        @Override
        public Long convert(String text) {
            return number(text);
        }
    }
}
