using RecLab.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public static Tensor operator +(Tensor left, Tensor right) => Of(Api.rl_add(left.Handle, right.Handle), left, right);
        public static Tensor operator +(Tensor left, int right) => Add(left, right);
        public static Tensor operator +(Tensor left, long right) => Add(left, right);
        public static Tensor operator +(Tensor left, double right) => Add(left, right);
        public static Tensor operator +(int left, Tensor right) => Add(right, left);
        public static Tensor operator +(long left, Tensor right) => Add(right, left);
        public static Tensor operator +(double left, Tensor right) => Add(right, left);

        public static Tensor operator -(Tensor left, Tensor right) => Of(Api.rl_sub(left.Handle, right.Handle), left, right);
        public static Tensor operator -(Tensor left, int right) => Subtract(left, right);
        public static Tensor operator -(Tensor left, long right) => Subtract(left, right);
        public static Tensor operator -(Tensor left, double right) => Subtract(left, right);
        public static Tensor operator -(int left, Tensor right) => SubtractFrom(left, right);
        public static Tensor operator -(long left, Tensor right) => SubtractFrom(left, right);
        public static Tensor operator -(double left, Tensor right) => SubtractFrom(left, right);
        public static Tensor operator -(Tensor tensor) => Of(Api.rl_neg(tensor.Handle), tensor);

        public static Tensor operator *(Tensor left, Tensor right) => left.mul(right);
        public static Tensor operator *(Tensor left, int right) => Multiply(left, right);
        public static Tensor operator *(Tensor left, long right) => Multiply(left, right);
        public static Tensor operator *(Tensor left, double right) => Multiply(left, right);
        public static Tensor operator *(int left, Tensor right) => Multiply(right, left);
        public static Tensor operator *(long left, Tensor right) => Multiply(right, left);
        public static Tensor operator *(double left, Tensor right) => Multiply(right, left);

        public static Tensor operator /(Tensor left, Tensor right) => Of(Api.rl_div(left.Handle, right.Handle), left, right);
        public static Tensor operator /(Tensor left, int right) => left.div(right);
        public static Tensor operator /(Tensor left, long right) => left.div(right);
        public static Tensor operator /(Tensor left, double right) => left.div(right);
        public static Tensor operator /(int left, Tensor right) => DivideInto(left, right);
        public static Tensor operator /(long left, Tensor right) => DivideInto(left, right);
        public static Tensor operator /(double left, Tensor right) => DivideInto(left, right);

        private static Tensor Add(Tensor t, Scalar s) => Of(Api.rl_add_s(t.Handle, s.Native), t);
        private static Tensor Subtract(Tensor t, Scalar s) => Of(Api.rl_sub_s(t.Handle, s.Native), t);
        private static Tensor SubtractFrom(Scalar s, Tensor t) => Of(Api.rl_rsub_s(t.Handle, s.Native), t);
        private static Tensor Multiply(Tensor t, Scalar s) => Of(Api.rl_mul_s(t.Handle, s.Native), t);
        private static Tensor DivideInto(Scalar s, Tensor t) => Of(Api.rl_rdiv_s(t.Handle, s.Native), t);
    }
}
