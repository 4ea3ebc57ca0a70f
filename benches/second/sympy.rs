//! Value, gradient and Hessian by SymPy: written by `sympy_cse.py`, not by hand.

#![allow(clippy::all, unused_parens)]

#[rustfmt::skip]
pub fn concentration(at: &[f64; 4], dose: f64, t: f64) -> (f64, [f64; 4], [[f64; 4]; 4]) {
    let [clearance, v1, q, v2] = *at;
    let x0: f64 = (1.0 / (v2));
    let x1: f64 = q*x0;
    let x2: f64 = (0.5)*x1;
    let x3: f64 = -x2;
    let x4: f64 = (1.0 / (v1));
    let x5: f64 = clearance*x4;
    let x6: f64 = 4.0*x5;
    let x7: f64 = q*x4;
    let x8: f64 = x1 + x5 + x7;
    let x9: f64 = -x1*x6 + (x8).powi(2);
    let x10: f64 = (x9).sqrt();
    let x11: f64 = (0.5)*x10;
    let x12: f64 = (0.5)*x5 + (0.5)*x7;
    let x13: f64 = -x11 + x12;
    let x14: f64 = -x13 - x3;
    let x15: f64 = (1.0 / (x10));
    let x16: f64 = (t*(-x13 - x2)).exp();
    let x17: f64 = x15*x16;
    let x18: f64 = x14*x17;
    let x19: f64 = x11 + x12;
    let x20: f64 = x19 + x3;
    let x21: f64 = (t*(-x19 - x2)).exp();
    let x22: f64 = x15*x21;
    let x23: f64 = x20*x22;
    let x24: f64 = x18 + x23;
    let x25: f64 = dose*x4;
    let x26: f64 = (0.5)*x4;
    let x27: f64 = -x26;
    let x28: f64 = 2.0*x0;
    let x29: f64 = x28*x7 - x4*x8;
    let x30: f64 = -x29;
    let x31: f64 = (0.5)*x15;
    let x32: f64 = x30*x31;
    let x33: f64 = x27 + x32;
    let x34: f64 = x17*x33;
    let x35: f64 = x26 + x32;
    let x36: f64 = x22*x35;
    let x37: f64 = (1.0 / (x9).sqrt().powi(3));
    let x38: f64 = x29*x37;
    let x39: f64 = x14*x16;
    let x40: f64 = x38*x39;
    let x41: f64 = x20*x21;
    let x42: f64 = x38*x41;
    let x43: f64 = -x35;
    let x44: f64 = t*x23;
    let x45: f64 = t*x18;
    let x46: f64 = x33*x45 + x34 + x36 + x40 + x42 + x43*x44;
    let x47: f64 = (1.0 / (v1).powi(2));
    let x48: f64 = dose*x47;
    let x49: f64 = clearance*x47;
    let x50: f64 = 2.0*x49;
    let x51: f64 = q*x47;
    let x52: f64 = -x50 - 2.0*x51;
    let x53: f64 = (0.5)*x8;
    let x54: f64 = x1*x50 + x52*x53;
    let x55: f64 = (0.5)*x47;
    let x56: f64 = clearance*x55 + q*x55;
    let x57: f64 = -0.5*x15*x54 + x56;
    let x58: f64 = -x57;
    let x59: f64 = x22*x58;
    let x60: f64 = x31*x54 + x56;
    let x61: f64 = x17*x60;
    let x62: f64 = -x54;
    let x63: f64 = x37*x62;
    let x64: f64 = x39*x63;
    let x65: f64 = x41*x63;
    let x66: f64 = x44*x57 + x45*x60 + x59 + x61 + x64 + x65;
    let x67: f64 = (0.5)*x0;
    let x68: f64 = 2.0*x4;
    let x69: f64 = x28 + x68;
    let x70: f64 = x28*x5 - 0.5*x69*x8;
    let x71: f64 = -x70;
    let x72: f64 = x31*x71;
    let x73: f64 = x26 + x72;
    let x74: f64 = -x67 + x73;
    let x75: f64 = x22*x74;
    let x76: f64 = x27 + x67 + x72;
    let x77: f64 = x17*x76;
    let x78: f64 = x37*x70;
    let x79: f64 = x39*x78;
    let x80: f64 = x41*x78;
    let x81: f64 = -x67 - x73;
    let x82: f64 = -x26 - x67 + x72;
    let x83: f64 = x44*x81 + x45*x82 + x75 + x77 + x79 + x80;
    let x84: f64 = (1.0 / (v2).powi(2));
    let x85: f64 = (0.5)*x84;
    let x86: f64 = q*x85;
    let x87: f64 = x5*x84;
    let x88: f64 = x8*x84;
    let x89: f64 = 2.0*q*x87 - q*x88;
    let x90: f64 = -0.5*x15*x89 + x86;
    let x91: f64 = -x90;
    let x92: f64 = x17*x91;
    let x93: f64 = x31*x89 + x86;
    let x94: f64 = x22*x93;
    let x95: f64 = -x89;
    let x96: f64 = x37*x95;
    let x97: f64 = x39*x96;
    let x98: f64 = x41*x96;
    let x99: f64 = x44*x90 + x45*x93 + x92 + x94 + x97 + x98;
    let x100: f64 = x37*x47;
    let x101: f64 = (x33).powi(2);
    let x102: f64 = 2.0*t;
    let x103: f64 = x102*x17;
    let x104: f64 = x16*x33;
    let x105: f64 = 2.0*x38;
    let x106: f64 = x21*x35;
    let x107: f64 = 6.0*x0;
    let x108: f64 = (1.0 / (x9).sqrt().powi(5));
    let x109: f64 = x108*x29;
    let x110: f64 = x109*(x107*x7 - 3.0*x4*x8);
    let x111: f64 = (t).powi(2);
    let x112: f64 = x111*x23;
    let x113: f64 = x111*x18;
    let x114: f64 = (0.5)*x30;
    let x115: f64 = x114*x38 + x15*x55;
    let x116: f64 = x102*x43;
    let x117: f64 = -x49 - x51;
    let x118: f64 = -x47*x8;
    let x119: f64 = 2.0*x1*x47 + x117*x4 + x118;
    let x120: f64 = -x119*x37;
    let x121: f64 = x21*x38;
    let x122: f64 = x16*x38;
    let x123: f64 = (1.5)*x8;
    let x124: f64 = -6.0*x1*x49 - x123*x52;
    let x125: f64 = x109*x124;
    let x126: f64 = t*x43;
    let x127: f64 = t*x36;
    let x128: f64 = x102*x60;
    let x129: f64 = t*x33;
    let x130: f64 = t*x57;
    let x131: f64 = t*x60;
    let x132: f64 = -x55;
    let x133: f64 = x114*x63 + x119*x31;
    let x134: f64 = x132 + x133;
    let x135: f64 = x133 + x55;
    let x136: f64 = x112*x43;
    let x137: f64 = x113*x33;
    let x138: f64 = x0 + x4;
    let x139: f64 = -x0*x68 + x138*x4;
    let x140: f64 = -x139*x37;
    let x141: f64 = x107*x5 - x123*x69;
    let x142: f64 = x109*x141;
    let x143: f64 = t*x34;
    let x144: f64 = x114*x78 + x139*x31;
    let x145: f64 = t*x81;
    let x146: f64 = t*x82;
    let x147: f64 = x7*x84;
    let x148: f64 = x37*x39;
    let x149: f64 = x37*x41;
    let x150: f64 = 3.0*q*x8*x84 - 6.0*q*x87;
    let x151: f64 = x109*x150;
    let x152: f64 = x114*x96 + x15*x7*x85;
    let x153: f64 = t*x90;
    let x154: f64 = t*x93;
    let x155: f64 = (1.0 / (v1).powi(3));
    let x156: f64 = (x60).powi(2);
    let x157: f64 = clearance*x155;
    let x158: f64 = 4.0*x157;
    let x159: f64 = (0.5)*x52;
    let x160: f64 = q*x155;
    let x161: f64 = -x1*x158 + x117*x159 + x53*(x158 + 4.0*x160);
    let x162: f64 = -x161*x37;
    let x163: f64 = x21*x58;
    let x164: f64 = 2.0*x63;
    let x165: f64 = x16*x60;
    let x166: f64 = x108*x62;
    let x167: f64 = x124*x166;
    let x168: f64 = x102*x57;
    let x169: f64 = x161*x31;
    let x170: f64 = (0.5)*x54;
    let x171: f64 = x170*x63;
    let x172: f64 = x157 + x160;
    let x173: f64 = x169 + x171 + x172;
    let x174: f64 = x169 + x171 - x172;
    let x175: f64 = x118 + x138*x159 + x28*x49;
    let x176: f64 = -x175*x37;
    let x177: f64 = x21*x63;
    let x178: f64 = x16*x63;
    let x179: f64 = x141*x166;
    let x180: f64 = t*x59;
    let x181: f64 = t*x61;
    let x182: f64 = x170*x78 + x175*x31;
    let x183: f64 = x132 + x182;
    let x184: f64 = x182 + x55;
    let x185: f64 = x112*x57;
    let x186: f64 = x113*x60;
    let x187: f64 = q*x50*x84 + x52*x86;
    let x188: f64 = x187*x37;
    let x189: f64 = x150*x166;
    let x190: f64 = x170*x96 - x187*x31;
    let x191: f64 = x138*x69;
    let x192: f64 = (0.5)*x191;
    let x193: f64 = x21*x78;
    let x194: f64 = x16*x78;
    let x195: f64 = x108*x70;
    let x196: f64 = x141*x195;
    let x197: f64 = (0.5)*x71;
    let x198: f64 = (0.25)*x15*x191 + x197*x78;
    let x199: f64 = x102*x81;
    let x200: f64 = x102*x82;
    let x201: f64 = -2.0*clearance*x4*x84 + x69*x86 + x88;
    let x202: f64 = x201*x37;
    let x203: f64 = x21*x96;
    let x204: f64 = x16*x96;
    let x205: f64 = x150*x195;
    let x206: f64 = x197*x96 - x201*x31;
    let x207: f64 = x206 - x85;
    let x208: f64 = x206 + x85;
    let x209: f64 = q/(v2).powi(3);
    let x210: f64 = (q).powi(2)/(v2).powi(4) - x209*x6 + 2.0*x209*x8;
    let x211: f64 = -x210*x37;
    let x212: f64 = x108*x150*x95;
    let x213: f64 = x102*x93;
    let x214: f64 = x102*x90;
    let x215: f64 = x210*x31 + (0.5)*x89*x96;
    let x216: f64 = x209 + x215;
    let x217: f64 = -x209 + x215;
    let h_0_0: f64 = x25*(-x100*x39 - x100*x41 + x101*x103 + x101*x113 + x102*x33*x40 + x104*x105 + x105*x106 + x110*x39 + x110*x41 + x112*(x43).powi(2) + x115*x17 + x115*x22 - x115*x44 + x115*x45 + x116*x36 + x116*x42);
    let h_0_1: f64 = x25*(x104*x63 + x106*x63 + x120*x39 + x120*x41 + x121*x58 + x122*x60 + x125*x39 + x125*x41 + x126*x59 + x126*x65 + x127*x57 + x128*x34 + x129*x64 + x130*x42 + x131*x40 + x134*x22 - x134*x44 + x135*x17 + x135*x45 + x136*x57 + x137*x60) - x46*x48;
    let h_0_2: f64 = x25*(x104*x78 + x106*x78 + x121*x74 + x122*x76 + x126*x75 + x126*x80 + x127*x81 + x129*x79 + x136*x81 + x137*x82 + x140*x39 + x140*x41 + x142*x39 + x142*x41 + x143*x76 + x143*x82 + x144*x17 + x144*x22 - x144*x44 + x144*x45 + x145*x42 + x146*x40);
    let h_0_3: f64 = x25*(x104*x96 + x106*x96 + x121*x93 + x122*x91 + x126*x94 + x126*x98 + x127*x90 + x129*x97 + x136*x90 + x137*x93 + x143*x91 + x143*x93 - x147*x148 - x147*x149 + x151*x39 + x151*x41 + x152*x17 + x152*x22 - x152*x44 + x152*x45 + x153*x42 + x154*x40);
    let h_1_1: f64 = 2.0*dose*x155*x24 + x25*(x103*x156 + x112*(x57).powi(2) + x113*x156 + x128*x64 + x162*x39 + x162*x41 + x163*x164 + x164*x165 + x167*x39 + x167*x41 + x168*x59 + x168*x65 + x17*x174 + x173*x22 - x173*x44 + x174*x45) - 2.0*x48*x66;
    let h_1_2: f64 = x25*(x130*x75 + x130*x80 + x131*x79 + x145*x65 + x146*x64 + x163*x78 + x165*x78 + x17*x184 + x176*x39 + x176*x41 + x177*x74 + x178*x76 + x179*x39 + x179*x41 + x180*x81 + x181*x76 + x181*x82 + x183*x22 - x183*x44 + x184*x45 + x185*x81 + x186*x82) - x48*x83;
    let h_1_3: f64 = x25*(x130*x94 + x130*x98 + x131*x97 + x153*x65 + x154*x64 + x163*x96 + x165*x96 + x17*x190 + x177*x93 + x178*x91 + x180*x90 + x181*x91 + x181*x93 + x185*x90 + x186*x93 + x188*x39 + x188*x41 + x189*x39 + x189*x41 + x190*x22 - x190*x44 + x190*x45) - x48*x99;
    let h_2_2: f64 = x25*(x112*(x81).powi(2) + x113*(x82).powi(2) - x148*x192 - x149*x192 + x17*x198 + 2.0*x193*x74 + 2.0*x194*x76 + x196*x39 + x196*x41 + x198*x22 - x198*x44 + x198*x45 + x199*x75 + x199*x80 + x200*x77 + x200*x79);
    let h_2_3: f64 = x25*(x112*x81*x90 + x113*x82*x93 + x145*x94 + x145*x98 + x146*x92 + x146*x97 + x153*x75 + x153*x80 + x154*x77 + x154*x79 + x17*x207 + x193*x93 + x194*x91 + x202*x39 + x202*x41 + x203*x74 + x204*x76 + x205*x39 + x205*x41 - x207*x44 + x208*x22 + x208*x45);
    let h_3_3: f64 = x25*(x112*(x90).powi(2) + x113*(x93).powi(2) + x17*x216 + 2.0*x203*x93 + 2.0*x204*x91 + x211*x39 + x211*x41 + x212*x39 + x212*x41 + x213*x92 + x213*x97 + x214*x94 + x214*x98 - x216*x44 + x217*x22 + x217*x45);
    let value: f64 = x24*x25;
    let gradient: [f64; 4] = [
        x25*x46,
        -x24*x48 + x25*x66,
        x25*x83,
        x25*x99,
    ];
    (value, gradient, [[h_0_0, h_0_1, h_0_2, h_0_3], [h_0_1, h_1_1, h_1_2, h_1_3], [h_0_2, h_1_2, h_2_2, h_2_3], [h_0_3, h_1_3, h_2_3, h_3_3]])
}

#[rustfmt::skip]
pub fn rosenbrock_2(at: &[f64; 2]) -> (f64, [f64; 2], [[f64; 2]; 2]) {
    let [x0, x1] = *at;
    let x2: f64 = x0 - 1.0;
    let x3: f64 = (x0).powi(2);
    let x4: f64 = -x1 + x3;
    let h_0_0: f64 = -400.0*x1 + 1200.0*x3 + 2.0;
    let h_0_1: f64 = -400.0*x0;
    let h_1_1: f64 = 200.0;
    let value: f64 = (x2).powi(2) + 100.0*(x4).powi(2);
    let gradient: [f64; 2] = [
        400.0*x0*x4 + 2.0*x2,
        -200.0*x4,
    ];
    (value, gradient, [[h_0_0, h_0_1], [h_0_1, h_1_1]])
}

#[rustfmt::skip]
pub fn rosenbrock_5(at: &[f64; 5]) -> (f64, [f64; 5], [[f64; 5]; 5]) {
    let [x0, x1, x2, x3, x4] = *at;
    let x5: f64 = (x0).powi(2);
    let x6: f64 = x1 - x5;
    let x7: f64 = (x1).powi(2);
    let x8: f64 = x2 - x7;
    let x9: f64 = (x2).powi(2);
    let x10: f64 = x3 - x9;
    let x11: f64 = (x3).powi(2);
    let x12: f64 = -x11 + x4;
    let x13: f64 = 400.0*x0;
    let x14: f64 = 400.0*x1;
    let x15: f64 = 400.0*x2;
    let x16: f64 = 400.0*x3;
    let x17: f64 = -x14;
    let x18: f64 = -x15;
    let x19: f64 = -x16;
    let h_0_0: f64 = x17 + 1200.0*x5 + 2.0;
    let h_0_1: f64 = -x13;
    let h_0_2: f64 = 0.0;
    let h_0_3: f64 = 0.0;
    let h_0_4: f64 = 0.0;
    let h_1_1: f64 = x18 + 1200.0*x7 + 202.0;
    let h_1_2: f64 = x17;
    let h_1_3: f64 = 0.0;
    let h_1_4: f64 = 0.0;
    let h_2_2: f64 = x19 + 1200.0*x9 + 202.0;
    let h_2_3: f64 = x18;
    let h_2_4: f64 = 0.0;
    let h_3_3: f64 = 1200.0*x11 - 400.0*x4 + 202.0;
    let h_3_4: f64 = x19;
    let h_4_4: f64 = 200.0;
    let value: f64 = 100.0*(x10).powi(2) + 100.0*(x12).powi(2) + 100.0*(x6).powi(2) + 100.0*(x8).powi(2) + (1.0 - x0).powi(2) + (1.0 - x1).powi(2) + (1.0 - x2).powi(2) + (1.0 - x3).powi(2);
    let gradient: [f64; 5] = [
        2.0*x0 - x13*x6 - 2.0,
        202.0*x1 - x14*x8 - 200.0*x5 - 2.0,
        -x10*x15 + 202.0*x2 - 200.0*x7 - 2.0,
        -x12*x16 + 202.0*x3 - 200.0*x9 - 2.0,
        -200.0*x11 + 200.0*x4,
    ];
    (value, gradient, [[h_0_0, h_0_1, h_0_2, h_0_3, h_0_4], [h_0_1, h_1_1, h_1_2, h_1_3, h_1_4], [h_0_2, h_1_2, h_2_2, h_2_3, h_2_4], [h_0_3, h_1_3, h_2_3, h_3_3, h_3_4], [h_0_4, h_1_4, h_2_4, h_3_4, h_4_4]])
}
